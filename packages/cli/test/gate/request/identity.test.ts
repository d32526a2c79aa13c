import type { Principal, TokenClaims } from "@usher-auth/verify";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Identity, identityNames, identityOf } from "../../../src/gate/request/identity.ts";

const registered = { iss: "https://app.example.com", sub: "u1", exp: 2_000_000_000 };

/** As the verifier creates it, with other values. */
function principal(values: Partial<Principal> = {}, claims: Record<string, unknown> = {}): Principal {
  const all: TokenClaims = { ...registered, ...claims };
  return { id: all.sub, kind: "user", expiresAt: all.exp, claims: all, ...values };
}

function headersOf(values?: Partial<Principal>, claims?: Record<string, unknown>): Identity["headers"] {
  const identity = identityOf(principal(values, claims));
  if ("fault" in identity) throw new Error(identity.fault);
  return identity.headers;
}

test("no principal has no headers", () => {
  expect(identityOf(null)).toEqual({ headers: {} });
});

test("a user's token", () => {
  const claims = { sid: "s1", org: "o1", email: "a@b.example" };
  expect(headersOf({ sessionId: "s1" }, claims)).toEqual({
    "x-usher-user": "u1",
    "x-usher-session": "s1",
    "x-usher-organization": "o1",
    "x-usher-claims": JSON.stringify({ ...registered, ...claims }),
  });
});

test("a token that an OAuth client has for a user", () => {
  const headers = headersOf({ clientId: "https://agent.example/client.json" });
  expect(headers).toMatchObject({
    "x-usher-user": "u1",
    "x-usher-client": "https://agent.example/client.json",
  });
});

test("a client that acts for itself is no user", () => {
  const headers = headersOf({ kind: "client", id: "c1", clientId: "c1" }, { sub: "c1" });
  expect(Object.keys(headers)).toEqual(["x-usher-client", "x-usher-claims"]);
});

test.for([[["o1", "o2"]], [7], [null], [""], [{ id: "o1" }], [true]])(
  "an organization that is %j is in the claims alone",
  ([org]) => {
    const headers = headersOf({}, { org });
    expect(headers).not.toHaveProperty("x-usher-organization");
    expect(JSON.parse(headers["x-usher-claims"] as string)).toMatchObject({ org });
  },
);

test("an inherited organization is none", () => {
  const claims = Object.assign(Object.create({ org: "o1" }) as object, registered) as TokenClaims;
  expect(headersOf({ claims })).not.toHaveProperty("x-usher-organization");
});

test.for([
  ["plain-Id_1.~", "plain-Id_1.~"],
  ["auth0|123", "auth0|123"],
  ["a@b.example:1/2=", "a@b.example:1/2="],
  ["a b", "a%20b"],
  ["a+b", "a%2Bb"],
  ["50%", "50%25"],
  ["%41", "%2541"],
  ["a,b;c", "a%2Cb%3Bc"],
  ["it's(1)*!", "it%27s%281%29%2A%21"],
  ["zoë", "zo%C3%AB"],
  ["u1\r\nX-Admin: 1", "u1%0D%0AX-Admin:%201"],
  ["u1\0", "u1%00"],
  ['"quoted"\\', "%22quoted%22%5C"],
] as const)("the id %j is written as %s", ([id, text]) => {
  expect(headersOf({ id })["x-usher-user"]).toBe(text);
});

const anyText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });

test("an id is what its header decodes to, as a URL's component and as a form's value", () => {
  fc.assert(
    fc.property(anyText, (id) => {
      const text = headersOf({ id })["x-usher-user"] as string;
      expect(text).toMatch(/^[!-~]+$/);
      expect(decodeURIComponent(text)).toBe(id);
      expect(new URLSearchParams(`id=${text}`).get("id")).toBe(id);
    }),
  );
});

test("claims are JSON of printable ASCII, and the same when they are parsed", () => {
  const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const text = fc.string({ unit: codeUnit });
  const json = fc.dictionary(text, fc.oneof(text, fc.jsonValue({ maxDepth: 1 })), { maxKeys: 3 });
  fc.assert(
    fc.property(json, (more) => {
      const header = headersOf({}, more)["x-usher-claims"] as string;
      expect(header).toMatch(/^[ -~]+$/);
      // JSON has no -0.
      expect(JSON.parse(header)).toEqual(JSON.parse(JSON.stringify({ ...registered, ...more })));
    }),
  );
});

test("claims with DEL, line separators and other letters are escaped", () => {
  const text = headersOf({}, { name: "\x7f\u2028\u0085zoë😀" })["x-usher-claims"];
  expect(text).toContain(String.raw`"\u007f\u2028\u0085zo\u00eb\ud83d\ude00"`);
});

describe("what no header can carry is a fault", () => {
  test.for([
    ["x-usher-user", { id: "u1\ud800" }, {}],
    ["x-usher-session", { sessionId: "\udc00" }, {}],
    ["x-usher-client", { clientId: "\ud83d" }, {}],
    ["x-usher-organization", {}, { org: "\ud800" }],
    ["x-usher-user", { id: "u".repeat(16_385) }, {}],
    ["x-usher-claims", {}, { roles: "secret".repeat(3_000) }],
    ["x-usher-claims", {}, { name: "日".repeat(3_000) }],
  ] as const)("%s", ([name, values, claims]) => {
    const identity = identityOf(principal(values, claims));
    expect("fault" in identity && identity.fault).toMatch(new RegExp(`^${name} [a-z0-9 ]+\\.$`));
    expect(JSON.stringify(identity)).not.toContain("secret");
  });

  test("half of a surrogate pair in another claim is none", () => {
    const headers = headersOf({}, { name: "\ud800" });
    expect(JSON.parse(headers["x-usher-claims"] as string)).toMatchObject({ name: "\ud800" });
  });

  test("claims of 16,384 bytes pass", () => {
    const length = JSON.stringify({ ...registered, x: "" }).length;
    const headers = headersOf({}, { x: "a".repeat(16_384 - length) });
    expect(headers["x-usher-claims"]).toHaveLength(16_384);
  });
});

test("all names are listed, and headers of one principal are made once", () => {
  const one = principal({ sessionId: "s1", clientId: "c1" }, { org: "o1" });
  const identity = identityOf(one) as Identity;
  expect(Object.keys(identity.headers)).toEqual([...identityNames]);
  expect(identityOf(one)).toBe(identity);
  expect(identityOf({ ...one, id: "u2" })).toMatchObject({ headers: { "x-usher-user": "u2" } });
});
