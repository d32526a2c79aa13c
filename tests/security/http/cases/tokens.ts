import { segment, signByHand } from "../../tokens/support/segment.ts";
import { bearer, get, type HostileCase, type Ingredients, ownPath } from "./case.ts";

type TokenCase = readonly [name: string, token: string, code: string];

const accepted = "accepted";
const rejected = "algorithm_rejected";
const unsupported = "token_unsupported";
const malformed = "token_malformed";
const claimsInvalid = "claims_invalid";
const mismatch = "owner_mismatch";

/** Invalid tokens, each for another reason, sent correctly. */
export function tokenCases(ingredients: Ingredients): HostileCase[] {
  const groups = [honestFaults, headers, headerParameters, claims, subjects, forms];
  return groups
    .flatMap((group) => group(ingredients))
    .map(([name, text, code]) => ({
      name: `token ${name}`,
      request: get(ownPath, bearer(text)),
      ...(code === accepted ? { status: 200, code: null } : { status: code === mismatch ? 403 : 401, code }),
    }));
}

function honestFaults({ issuer }: Ingredients): TokenCase[] {
  return [
    ["expired", issuer.tokenFor("alice", { expired: true }), "token_expired"],
    ["not valid yet", issuer.tokenFor("alice", { notYetValid: true }), "token_not_yet_valid"],
    ["issued in the future", issuer.tokenFor("alice", { issuedInFuture: true }), "token_not_yet_valid"],
    ["of another issuer", issuer.tokenFor("alice", { wrongIssuer: true }), "issuer_rejected"],
    ["for another audience", issuer.tokenFor("alice", { wrongAudience: true }), "audience_rejected"],
    ["with another secret", issuer.tokenFor("alice", { wrongSecret: true }), "signature_invalid"],
    ["with its signature changed", issuer.tokenFor("alice", { tampered: true }), "signature_invalid"],
    ["with its payload changed", issuer.tokenFor("alice", { forgedPayload: true }), "signature_invalid"],
    ["alg none", issuer.tokenFor("alice", { unsigned: true }), malformed],
  ];
}

/** Hostile `alg` values, and invalid headers. */
function headers({ issuer, token }: Ingredients): TokenCase[] {
  const [, payload = "", signature = ""] = token.split(".");
  const algorithms = [
    ...[
      "none",
      "NONE",
      "hs256",
      "HS512",
      "RS256",
      "EdDSA",
      "",
      " HS256",
      "HS256 ",
      "HS256\0",
      "HS256\r\nX: 1",
    ],
    ...["\uff28S256", "../HS256", "__proto__", "constructor", "toString", "A".repeat(5000)],
  ];
  const withHeader = (text: string) => `${segment(text)}.${payload}.${signature}`;
  const signed = (header: string) => signByHand(segment(header), payload, issuer.secret);
  return [
    ...algorithms.map(
      (alg): TokenCase => [nameOf("alg", alg), issuer.tokenFor("alice", { header: { alg } }), rejected],
    ),
    ...[["HS256"], { HS256: 1 }, 256, true, null, undefined].map(
      (alg): TokenCase => [nameOf("alg", alg), issuer.tokenFor("alice", { header: { alg } }), malformed],
    ),
    ["a header that is not JSON", withHeader("{"), malformed],
    ["a header that is a list", withHeader("[]"), malformed],
    ["a header that is null", withHeader("null"), malformed],
    ["a header with a BOM", signed('\ufeff{"alg":"HS256"}'), malformed],
    ["a header with alg twice, the last none", signed('{"alg":"HS256","alg":"none"}'), rejected],
    ["a header with alg twice, the last good", signed('{"alg":"none","alg":"HS256"}'), accepted],
    ["a header with alg only in __proto__", signed('{"__proto__":{"alg":"HS256"}}'), malformed],
    [
      "a header with __proto__ beside alg",
      signed('{"alg":"HS256","__proto__":{"alg":"none","crit":["x"]}}'),
      accepted,
    ],
  ];
}

/** Hostile `kid`, `crit` and `typ` values, and keys inside the token. */
function headerParameters({ issuer }: Ingredients): TokenCase[] {
  const cases = (name: string, values: readonly unknown[], code: string) =>
    values.map(
      (value): TokenCase => [
        nameOf(name, value),
        issuer.tokenFor("alice", { header: { [name]: value } }),
        code,
      ],
    );
  return [
    // A shared secret has no `kid`, so any is accepted, and none is used for a lookup.
    ...cases(
      "kid",
      ["../../../../dev/null", "' OR '1'='1", "$(id)", "a\0b", "a\r\nb", "\ud800", "k".repeat(5000)],
      accepted,
    ),
    ...cases("kid", ["", "__proto__", "constructor"], accepted),
    ...cases("kid", [{}, ["k"], 7, null], malformed),
    ...cases("crit", [["exp"], ["alg"], ["__proto__"], [], "exp", {}, null], unsupported),
    ...cases("b64", [false, true], unsupported),
    ...cases("zip", ["DEF"], unsupported),
    ...cases("enc", ["A256GCM"], unsupported),
    ...cases(
      "typ",
      ["logout+jwt", "better-auth.session-cache+jwt", "at+jwt", "", "JWT\0", "JWT ", "\uff2aWT"],
      unsupported,
    ),
    ...cases("typ", ["application/application/jwt", "__proto__", "constructor"], unsupported),
    ...cases("typ", [{}, ["JWT"], 1, null], malformed),
    ...cases("jwk", [{ kty: "oct", k: "AAAA" }], accepted),
    ...cases("jku", ["http://127.0.0.1:1/jwks"], accepted),
    ...cases("x5u", ["http://127.0.0.1:1/cert"], accepted),
    ...cases("x5c", [["AAAA"]], accepted),
  ];
}

/** Claims of the wrong form, and claims that would change an object's prototype. */
function claims({ issuer }: Ingredients): TokenCase[] {
  const withClaims = (changes: Record<string, unknown>) => issuer.tokenFor("alice", { claims: changes });
  const cases = (name: string, values: readonly unknown[], code: string) =>
    values.map((value): TokenCase => [nameOf(name, value), withClaims({ [name]: value }), code]);
  // An own property, as in JSON: an object literal would set the prototype instead.
  const inherited = (values: object) =>
    JSON.parse(`{"__proto__":${JSON.stringify(values)}}`) as Record<string, unknown>;
  const deep = JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`) as unknown;
  return [
    ...cases("sub", [7, "", undefined, null, ["alice"], { alice: 1 }, true], claimsInvalid),
    ...cases("exp", ["9999999999", undefined, null, [9_999_999_999]], claimsInvalid),
    // RFC 7519 section 2 allows fractions, and JSON does not limit numbers.
    ...cases("exp", [9_999_999_999.5, 2 ** 53, 1e300], accepted),
    ...cases("exp", [0, 0.5, -1], "token_expired"),
    ...cases("nbf", ["0", null], claimsInvalid),
    ...cases("nbf", [0.5], accepted),
    ...cases("iat", ["0", null], claimsInvalid),
    ["iat with a fraction", withClaims({ iat: Math.floor(Date.now() / 1000) - 0.5 }), accepted],
    ...cases("aud", [[], [issuer.audience, 1], [issuer.audience, ""], undefined, {}], claimsInvalid),
    ...cases(
      "aud",
      [issuer.audience.toUpperCase(), `${issuer.audience}/`, `${issuer.audience}\0`],
      "audience_rejected",
    ),
    ...cases("iss", [[issuer.issuer], undefined, null, ""], claimsInvalid),
    ...cases(
      "iss",
      [`${issuer.issuer}/`, issuer.issuer.toUpperCase(), `${issuer.issuer}.evil.example`],
      "issuer_rejected",
    ),
    ...cases("sid", ["", 1, {}], claimsInvalid),
    ...cases("jti", ["", 1, {}], claimsInvalid),
    ["sub only in __proto__", withClaims({ ...inherited({ sub: "alice" }), sub: undefined }), claimsInvalid],
    [
      "aud only in __proto__",
      withClaims({ ...inherited({ aud: issuer.audience }), aud: undefined }),
      claimsInvalid,
    ],
    ["with another sub in __proto__", withClaims(inherited({ sub: "bob", polluted: true })), accepted],
    ["with constructor.prototype", withClaims({ constructor: { prototype: { polluted: true } } }), accepted],
    [
      "with toString and hasOwnProperty",
      withClaims({ toString: 1, hasOwnProperty: 1, valueOf: null }),
      accepted,
    ],
    ["with a claim nested 2000 deep", withClaims({ deep }), accepted],
  ];
}

/** Users whose ids look like Alice's, on her path. */
function subjects({ issuer }: Ingredients): TokenCase[] {
  const ids = [
    "Alice",
    "alice ",
    "alice\0",
    "\uff41lice",
    "al\u0131ce",
    "alice\u0301",
    "%61lice",
    "alice/../bob",
    "*",
  ];
  return [...ids, "__proto__", "constructor", "\ud800"].map((id) => [
    nameOf("sub", id),
    issuer.tokenFor(id),
    mismatch,
  ]);
}

/** Texts other than three segments of base64url. */
function forms({ token }: Ingredients): TokenCase[] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [
    ["five segments", `${token}.a.b`, unsupported],
    ["two segments", `${header}.${payload}`, malformed],
    ["four segments", `${token}.a`, malformed],
    ["no header", `.${payload}.${signature}`, malformed],
    ["no payload", `${header}..${signature}`, malformed],
    ["no signature", `${header}.${payload}.`, malformed],
    ["only dots", "..", malformed],
    ["padded", `${token}=`, malformed],
    ["in plain base64", `${header}.${payload}.+${signature.slice(1)}`, malformed],
    ["its segments in another order", `${payload}.${header}.${signature}`, malformed],
    ["a session token", "a".repeat(32), unsupported],
    ["a signed cookie", `${"a".repeat(32)}.${"B".repeat(43)}=`, unsupported],
  ];
}

function nameOf(parameter: string, value: unknown): string {
  return `${parameter} ${value === undefined ? "absent" : JSON.stringify(value).slice(0, 60)}`;
}
