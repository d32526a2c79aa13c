import { describe, expect, it } from "vitest";
import { createTokenParser, type TokenForm } from "../src/token.ts";
import { macRoom } from "../src/token-bytes.ts";
import { refusal } from "./support.ts";

const form: TokenForm = { maxTokenLength: 8192, typ: undefined };
const parseToken = (token: string, accepted: TokenForm) => createTokenParser(accepted)(token);
const segment = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const payload = segment({ sub: "alice" });
const withHeader = (header: unknown) => `${segment(header)}.${payload}.c2ln`;

describe("parseToken", () => {
  it("takes a compact JWS apart and leaves the payload alone", () => {
    const token = withHeader({ alg: "HS256", typ: "JWT", kid: "k1" });
    const parts = parseToken(token, form);
    expect(parts.header).toEqual({ alg: "HS256", typ: "JWT", kid: "k1" });
    expect(parts.signed.buffer.toString("latin1", macRoom, parts.signed.end)).toBe(
      token.slice(0, token.lastIndexOf(".")),
    );
    expect(parts.payload.toString("utf8", 0, parts.payloadLength)).toBe('{"sub":"alice"}');
    expect(parts.signature.toString()).toBe("sig");
  });

  it.each(["", ".", "..", "...", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "not a token", "undefined", "null"])(
    "finds %j malformed",
    (token) => {
      expect(refusal(() => parseToken(token, form)).code).toBe("token_malformed");
    },
  );

  it.each(["=", " ", "\n", "+", "/", "\0", "é", "%3D", "\u{1F600}", "\u0141"])(
    "refuses a foreign character %j in any segment",
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

  it("refuses a signature with stray bits in its last character: one token has one spelling", () => {
    const token = withHeader({ alg: "HS256" });
    expect(token.endsWith("c2ln")).toBe(true);
    // "c2k" is the canonical form of two bytes; "c2l" decodes to the same two.
    expect(() => parseToken(token.replace(/c2ln$/, "c2k"), form)).not.toThrow();
    expect(refusal(() => parseToken(token.replace(/c2ln$/, "c2l"), form)).code).toBe("token_malformed");
  });

  it("takes no character for the one that its low byte is: a token has one spelling", () => {
    const parse = createTokenParser(form);
    const token = withHeader({ alg: "HS256", kid: "AAAA" });
    expect(() => parse(token)).not.toThrow();
    for (let index = 0; index < token.length; index++) {
      const twin = String.fromCharCode(token.charCodeAt(index) + 0x100);
      expect(refusal(() => parse(token.slice(0, index) + twin + token.slice(index + 1))).code).toBe("token_malformed");
    }
  });

  it("remembers headers, within bounds, and mixes none up", () => {
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

  it("caps the length before it looks at anything", () => {
    const error = refusal(() => parseToken("!".repeat(8193), form));
    expect(error.code).toBe("token_too_large");
    expect(refusal(() => parseToken("!".repeat(8192), form)).code).toBe("token_malformed");
  });

  it.each([
    ["text", "not json"],
    ["a list", ["HS256"]],
    ["null", "null"],
    ["no alg", { typ: "JWT" }],
    ["an alg that is a number", { alg: 256 }],
    ["a kid that is a number", { alg: "HS256", kid: 1 }],
    ["a kid that is null", { alg: "HS256", kid: null }],
    ["a typ that is a list", { alg: "HS256", typ: ["JWT"] }],
  ])("finds a header malformed: %s", (_case, header) => {
    expect(refusal(() => parseToken(withHeader(header), form)).code).toBe("token_malformed");
  });

  it("refuses a header that is not UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from('{"alg":"HS256","x":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(refusal(() => parseToken(`${bytes.toString("base64url")}.${payload}.c2ln`, form)).code).toBe(
      "token_malformed",
    );
  });

  it.each(["crit", "b64", "zip", "enc"])("refuses the header parameter %s, whatever its value", (name) => {
    for (const value of [["exp"], true, false, "DEF", null]) {
      expect(refusal(() => parseToken(withHeader({ alg: "HS256", [name]: value }), form)).code).toBe(
        "token_unsupported",
      );
    }
  });

  it("keeps nothing of jwk, jku, x5u, x5c: a token does not bring its own key", () => {
    const header = {
      alg: "HS256",
      jwk: { kty: "oct", k: "AA" },
      jku: "https://evil.example",
      x5u: "https://evil.example",
      x5c: ["AA"],
    };
    expect(parseToken(withHeader(header), form).header).toEqual({ alg: "HS256" });
  });

  it("takes an own __proto__ in the header for data", () => {
    const parts = parseToken(withHeader('{"alg":"HS256","__proto__":{"kid":"forged"}}'), form);
    expect(parts.header.kid).toBeUndefined();
  });

  it.each(["JWT", "jwt", "application/jwt", "Application/JWT"])("accepts typ %s by default", (typ) => {
    expect(() => parseToken(withHeader({ alg: "HS256", typ }), form)).not.toThrow();
  });

  it.each(["", "at+jwt", "logout+jwt", "better-auth.session-cache+jwt", "JWT2"])("refuses typ %j by default", (typ) => {
    expect(refusal(() => parseToken(withHeader({ alg: "HS256", typ }), form)).code).toBe("token_unsupported");
  });

  it("asks for the typ that was set, and then for nothing else", () => {
    const access = { ...form, typ: "at+jwt" };
    expect(() => parseToken(withHeader({ alg: "HS256", typ: "application/AT+JWT" }), access)).not.toThrow();
    for (const header of [{ alg: "HS256" }, { alg: "HS256", typ: "JWT" }]) {
      expect(refusal(() => parseToken(withHeader(header), access)).code).toBe("token_unsupported");
    }
  });

  it.each([
    ["a.b.c.d.e", "JWE", "token_unsupported"],
    [`${withHeader({ alg: "HS256" })} ${withHeader({ alg: "HS256" })}`, "this has 5", "token_malformed"],
    [withHeader({ alg: "HS256" }).replace(/\.c2ln$/, "a".repeat(40)), "this has 2", "token_malformed"],
    ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t", "session token", "token_unsupported"],
    ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t.m9vX2kq0Zr1sT8uY4wB6nC3dF5gH7jL9aP1eR2iO0cE%3D", "cookie", "token_unsupported"],
    ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t.m9vX2kq0Zr1sT8uY4wB6nC3dF5gH7jL9aP1eR2iO0cE=", "cookie", "token_unsupported"],
    [segment({ session: { session: {}, user: {} }, expiresAt: 1 }), "compact cookie cache", "token_unsupported"],
    ["Bearer a.b.c", "twice", "token_malformed"],
    ['"a.b.c"', "quotes", "token_malformed"],
    ["[object Object]", "no token", "token_malformed"],
    ["", "no token", "token_malformed"],
  ])("says of %j what it is", (token, hint, code) => {
    const error = refusal(() => parseToken(token, form));
    expect(error.code).toBe(code);
    expect(error.hint).toContain(hint);
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
