import { describe, expect, it } from "vitest";
import { createTokenParser, type TokenForm } from "../../src/token/parse.ts";
import { refusal } from "../support.ts";

const form: TokenForm = { maxTokenLength: 8192, typ: undefined, accessTokens: false };
const parseToken = (token: string, accepted: TokenForm) => createTokenParser(accepted)(token);
const segment = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const payload = segment({ sub: "alice" });
const withHeader = (header: unknown) => `${segment(header)}.${payload}.c2ln`;

describe("parseToken", () => {
  it("splits a compact JWS, and does not parse the payload", () => {
    const token = withHeader({ alg: "HS256", typ: "JWT", kid: "k1" });
    const parts = parseToken(token, form);
    expect(parts.header).toEqual({ alg: "HS256", typ: "JWT", kid: "k1" });
    expect(Buffer.from(parts.signed).toString()).toBe(token.slice(0, token.lastIndexOf(".")));
    expect(Buffer.from(parts.payload).toString()).toBe('{"sub":"alice"}');
    expect(Buffer.from(parts.signature).toString()).toBe("sig");
  });

  it.each([
    "",
    ".",
    "..",
    "...",
    "a.b",
    "a..c",
    ".b.c",
    "a.b.",
    "a.b.c.d",
    "not a token",
    "undefined",
    "null",
  ])("rejects %j as malformed", (token) => {
    expect(refusal(() => parseToken(token, form)).code).toBe("token_malformed");
  });

  it.each(["=", " ", "\n", "+", "/", "\0", "é", "%3D", "\u{1F600}", "\u0141"])(
    "rejects the character %j in any segment",
    (character) => {
      const segments = withHeader({ alg: "HS256" }).split(".");
      for (const index of [0, 1, 2]) {
        for (const spoilt of [`${segments[index]}${character}`, `${character}${segments[index]}`]) {
          const token = segments.with(index, spoilt).join(".");
          expect(refusal(() => parseToken(token, form)).code).toBe("token_malformed");
        }
      }
    },
  );

  it("rejects a signature with unused bits in its last character: a token has one spelling", () => {
    const token = withHeader({ alg: "HS256" });
    expect(token.endsWith("c2ln")).toBe(true);
    // "c2k" is the canonical form of two bytes; "c2l" decodes to the same two.
    expect(() => parseToken(token.replace(/c2ln$/, "c2k"), form)).not.toThrow();
    expect(refusal(() => parseToken(token.replace(/c2ln$/, "c2l"), form)).code).toBe("token_malformed");
  });

  it("does not reduce a character to its low byte: a token has one spelling", () => {
    const parse = createTokenParser(form);
    const token = withHeader({ alg: "HS256", kid: "AAAA" });
    expect(() => parse(token)).not.toThrow();
    for (let index = 0; index < token.length; index++) {
      const twin = String.fromCharCode(token.charCodeAt(index) + 0x100);
      expect(refusal(() => parse(token.slice(0, index) + twin + token.slice(index + 1))).code).toBe(
        "token_malformed",
      );
    }
  });

  it("reads each of several alternating headers", () => {
    const parse = createTokenParser(form);
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 500; index++) {
        expect(parse(withHeader({ alg: "HS256", kid: `k${index}` })).header.kid).toBe(`k${index}`);
      }
    }
    for (let round = 0; round < 2; round++) {
      expect(refusal(() => parse(withHeader({ alg: "HS256", crit: [] }))).code).toBe("token_unsupported");
    }
  });

  it("does not confuse a header with the previous token's, wherever that one occurs", () => {
    const parse = createTokenParser(form);
    const [one, other] = ["k1", "k2"].map((kid) => segment({ alg: "HS256", kid }));
    expect(parse(`${one}.${payload}.c2ln`).header.kid).toBe("k1");
    expect(parse(`${other}.${payload}.${one}`).header.kid).toBe("k2");
  });

  it("checks the length before anything else", () => {
    const error = refusal(() => parseToken("!".repeat(8193), form));
    expect(error).toMatchObject({ code: "token_too_large", hint: "8193 characters; maxTokenLength is 8192" });
    expect(refusal(() => parseToken("!".repeat(8192), form)).code).toBe("token_malformed");
  });

  it.each([
    ["text", "not json", "is not a JSON object in UTF-8"],
    ["a list", ["HS256"], "is not a JSON object in UTF-8"],
    ["null", "null", "is not a JSON object in UTF-8"],
    ["a JSON string", '"HS256"', "is not a JSON object in UTF-8"],
    ["no alg", { typ: "JWT" }, "has no `alg`"],
    ["an alg that is a number", { alg: 256 }, "has no `alg`"],
    ["a kid that is a number", { alg: "HS256", kid: 1 }, "has a `kid` that is not a string"],
    ["a kid that is null", { alg: "HS256", kid: null }, "has a `kid` that is not a string"],
    ["a typ that is a list", { alg: "HS256", typ: ["JWT"] }, "has a `typ` that is not a string"],
  ])("rejects a malformed header: %s", (_case, header, reason) => {
    const error = refusal(() => parseToken(withHeader(header), form));
    expect(error).toMatchObject({ code: "token_malformed", hint: `the token's header ${reason}` });
  });

  it("rejects a header that is not UTF-8", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"alg":"HS256","x":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    expect(refusal(() => parseToken(`${bytes.toString("base64url")}.${payload}.c2ln`, form)).code).toBe(
      "token_malformed",
    );
  });

  it("rejects a header that begins with a byte order mark", () => {
    expect(refusal(() => parseToken(withHeader('\ufeff{"alg":"HS256"}'), form)).code).toBe("token_malformed");
  });

  it.each(["crit", "b64", "zip", "enc"])("rejects the header parameter %s with any value", (name) => {
    for (const value of [["exp"], true, false, "DEF", null]) {
      expect(refusal(() => parseToken(withHeader({ alg: "HS256", [name]: value }), form))).toMatchObject({
        code: "token_unsupported",
        hint: `the header has \`${name}\`, which is not supported`,
      });
    }
  });

  it("ignores jwk, jku, x5u and x5c: a token cannot provide its own key", () => {
    const header = {
      alg: "HS256",
      jwk: { kty: "oct", k: "AA" },
      jku: "https://evil.example",
      x5u: "https://evil.example",
      x5c: ["AA"],
    };
    expect(parseToken(withHeader(header), form).header).toEqual({ alg: "HS256" });
  });

  it("treats an own __proto__ in the header as data", () => {
    const parts = parseToken(withHeader('{"alg":"HS256","__proto__":{"kid":"forged"}}'), form);
    expect(parts.header.kid).toBeUndefined();
  });

  it.each(["JWT", "jwt", "application/jwt", "Application/JWT"])("accepts typ %s by default", (typ) => {
    expect(() => parseToken(withHeader({ alg: "HS256", typ }), form)).not.toThrow();
  });

  it.each([
    ["", '"", expected JWT or none'],
    [
      "at+jwt",
      '"at+jwt", expected JWT or none: accept OAuth access tokens with the verifier\'s `accessTokens`',
    ],
    ["JWT2", '"jwt2", expected JWT or none'],
    ["image/jwt", '"image/jwt", expected JWT or none'],
    ["logout+jwt", '"logout+jwt", expected JWT or none'],
    [
      "better-auth.session-cache+jwt",
      '"better-auth.session-cache+jwt", expected JWT or none: this is Better Auth\'s cookie cache, not a token for an API',
    ],
  ])("rejects typ %j by default", (typ, found) => {
    const error = refusal(() => parseToken(withHeader({ alg: "HS256", typ }), form));
    expect(error).toMatchObject({ code: "token_unsupported", hint: `the header's \`typ\` is ${found}` });
  });

  it("accepts only the configured typ", () => {
    const own = { ...form, typ: "api+jwt" };
    expect(() => parseToken(withHeader({ alg: "HS256", typ: "application/API+JWT" }), own)).not.toThrow();
    for (const [header, found] of [
      [{ alg: "HS256" }, "absent"],
      [{ alg: "HS256", typ: "JWT" }, '"jwt"'],
    ] as const) {
      const error = refusal(() => parseToken(withHeader(header), own));
      expect(error).toMatchObject({
        code: "token_unsupported",
        hint: `the header's \`typ\` is ${found}, expected api+jwt`,
      });
    }
  });

  it("accepts the typ of access tokens beside the usual or the configured one", () => {
    const usual = { ...form, accessTokens: true };
    for (const typ of [undefined, "JWT", "at+jwt", "AT+JWT", "application/at+jwt"])
      expect(() => parseToken(withHeader({ alg: "HS256", typ }), usual)).not.toThrow();
    const own = { ...usual, typ: "api+jwt" };
    for (const typ of ["api+jwt", "at+jwt"])
      expect(() => parseToken(withHeader({ alg: "HS256", typ }), own)).not.toThrow();
    for (const [accepted, typ, found] of [
      [usual, "api+jwt", '"api+jwt", expected JWT or none, or at+jwt'],
      [own, undefined, "absent, expected api+jwt, or at+jwt"],
    ] as const)
      expect(refusal(() => parseToken(withHeader({ alg: "HS256", typ }), accepted))).toMatchObject({
        code: "token_unsupported",
        hint: `the header's \`typ\` is ${found}`,
      });
  });
});

describe("the hint for a text that is not a token", () => {
  const jwt = withHeader({ alg: "HS256" });
  const sessionToken = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
  const signature = "m9vX2kq0Zr1sT8uY4wB6nC3dF5gH7jL9aP1eR2iO0cE";
  const compactCache = segment({ session: { session: {}, user: {} }, expiresAt: 1 });
  const unsupported: [text: string, what: string][] = [
    ["a.b.c.d.e", 'an encrypted token (JWE), such as Better Auth\'s cookie cache with `strategy: "jwe"`'],
    [sessionToken, "Better Auth's session token"],
    // It can be decoded, also without its last character.
    ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pRAt", "Better Auth's session token"],
    [`${sessionToken}.${signature}%3D`, "Better Auth's signed session cookie"],
    [`${sessionToken}.${signature}%3d`, "Better Auth's signed session cookie"],
    [`${sessionToken}.${signature}=`, "Better Auth's signed session cookie"],
    [`${sessionToken}.${signature}`, "Better Auth's signed session cookie"],
    [compactCache, "Better Auth's compact cookie cache"],
  ];
  const segments = (count: number) => `a JWT has three segments; this has ${count}`;
  const segmentForm =
    "a segment is empty, or not canonical base64url (padding, whitespace or invalid characters)";
  const malformed: [text: string, hint: string][] = [
    ["", "the header has the scheme and no token"],
    ["a.b.c", segmentForm],
    ["a..c", segmentForm],
    [`.${payload}.c2ln`, segmentForm],
    [`ab=.${payload}.c2ln`, segmentForm],
    [`${segment({ alg: "HS256" })}.ab=.c2ln`, segmentForm],
    [`${segment({ alg: "HS256" })}.${payload}.ab=`, segmentForm],
    ["Bearer a.b.c", "the `Bearer` prefix occurs twice"],
    ["bearer", "the `Bearer` prefix occurs twice"],
    ["Bearerless", segments(1)],
    ["no bearer", segments(1)],
    ['"a.b.c"', "the token is wrapped in quotes"],
    ["'a\nb'", "the token is wrapped in quotes"],
    ['"a', segments(1)],
    ['a"', segments(1)],
    ['xx"a"', segments(1)],
    ['"a"xx', segments(1)],
    ["a.b", segments(2)],
    [".", segments(2)],
    ["a.b.c.d", segments(4)],
    ["a.b.c.d.e.f", segments(6)],
    [`${jwt} ${jwt}`, segments(5)],
    // Almost a session token.
    [sessionToken.slice(1), segments(1)],
    [`${sessionToken}A`, segments(1)],
    [`${sessionToken.slice(1)}-`, segments(1)],
    // Almost a signed cookie.
    [jwt.replace(/\.c2ln$/, "a".repeat(40)), segments(2)],
    [`${sessionToken}.${signature.slice(4)}`, segments(2)],
    [`${sessionToken}.${signature}=!`, segments(2)],
    [`${sessionToken}.!${signature}`, segments(2)],
    [`.${signature}`, segments(2)],
    // A session inside something else.
    [`x${compactCache}`, segments(1)],
    [`${compactCache}.a`, segments(2)],
  ];
  const nothing = ["undefined", "null", "[object Object]", "[object Promise]", "NaN"];

  it.each(unsupported)("%j is of another kind", (text, what) => {
    const hint = `this is ${what}, not a signed JWT: send what \`authClient.token()\` or /api/auth/token returns`;
    expect(refusal(() => parseToken(text, form))).toMatchObject({ code: "token_unsupported", hint });
  });

  it.each(malformed)("%j is malformed", (text, hint) => {
    expect(refusal(() => parseToken(text, form))).toMatchObject({ code: "token_malformed", hint });
  });

  it.each(nothing)("%j is a missing value as text", (text) => {
    const hint = `the text "${text}" was sent: the frontend had no token`;
    expect(refusal(() => parseToken(text, form))).toMatchObject({ code: "token_malformed", hint });
  });

  it("explains the longest hostile text in linear time", () => {
    for (const hostile of [
      "%".repeat(8192),
      `${"A".repeat(4000)}.${"A".repeat(4000)}!`,
      '"'.repeat(8192),
      ".".repeat(8192),
    ]) {
      expect(refusal(() => parseToken(hostile, form)).code).toMatch(/^token_(?:malformed|unsupported)$/);
    }
  });
});
