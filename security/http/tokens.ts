import { bearer, get, type HostileCase, type Ingredients } from "./cases.ts";

/** Tokens that are wrong in a way of their own, sent as they should be. */
export function tokenCases({ issuer, token }: Ingredients): HostileCase[] {
  const make = (faults: Parameters<typeof issuer.tokenFor>[1]) => issuer.tokenFor("alice", faults);
  const withHeader = (header: Record<string, unknown>) => make({ header });
  const withClaims = (claims: Record<string, unknown>) => make({ claims });
  const [header = "", payload = "", signature = ""] = token.split(".");
  const rejected = "algorithm_rejected";
  const unsupported = "token_unsupported";
  const malformed = "token_malformed";
  const claims = "claims_invalid";
  const tokens: readonly (readonly [name: string, token: string, code: string])[] = [
    ["expired", make({ expired: true }), "token_expired"],
    ["not valid yet", make({ notYetValid: true }), "token_not_yet_valid"],
    ["issued in the future", make({ issuedInFuture: true }), "token_not_yet_valid"],
    ["of another issuer", make({ wrongIssuer: true }), "issuer_rejected"],
    ["for another audience", make({ wrongAudience: true }), "audience_rejected"],
    ["with another secret", make({ wrongSecret: true }), "signature_invalid"],
    ["with its signature changed", make({ tampered: true }), "signature_invalid"],
    ["with its payload changed", make({ forgedPayload: true }), "signature_invalid"],
    ["alg none", make({ unsigned: true }), malformed],
    ["alg none with a signature", withHeader({ alg: "none" }), rejected],
    ["alg NONE", withHeader({ alg: "NONE" }), rejected],
    ["alg hs256", withHeader({ alg: "hs256" }), rejected],
    ["alg HS512", withHeader({ alg: "HS512" }), rejected],
    ["alg RS256", withHeader({ alg: "RS256" }), rejected],
    ["alg EdDSA", withHeader({ alg: "EdDSA" }), rejected],
    ["alg empty", withHeader({ alg: "" }), rejected],
    ["alg __proto__", withHeader({ alg: "__proto__" }), rejected],
    ["alg constructor", withHeader({ alg: "constructor" }), rejected],
    ["alg toString", withHeader({ alg: "toString" }), rejected],
    ["alg with a NUL", withHeader({ alg: "HS256\0" }), rejected],
    ["alg a list", withHeader({ alg: ["HS256"] }), malformed],
    ["alg a number", withHeader({ alg: 256 }), malformed],
    ["no alg", withHeader({ alg: undefined }), malformed],
    ["kid a path", withHeader({ kid: "../../../../dev/null" }), "accepted"],
    ["kid a query", withHeader({ kid: "' OR '1'='1" }), "accepted"],
    ["kid an object", withHeader({ kid: {} }), malformed],
    ["kid of 5000 characters", withHeader({ kid: "k".repeat(5000) }), "accepted"],
    ["crit", withHeader({ crit: ["exp"] }), unsupported],
    ["crit empty", withHeader({ crit: [] }), unsupported],
    ["b64 false", withHeader({ b64: false, crit: ["b64"] }), unsupported],
    ["zip", withHeader({ zip: "DEF" }), unsupported],
    ["enc", withHeader({ enc: "A256GCM" }), unsupported],
    ["jwk of its own", withHeader({ jwk: { kty: "oct", k: "AAAA" } }), "accepted"],
    ["jku", withHeader({ jku: "http://127.0.0.1:1/jwks" }), "accepted"],
    ["x5u", withHeader({ x5u: "http://127.0.0.1:1/cert" }), "accepted"],
    ["typ of a logout token", withHeader({ typ: "logout+jwt" }), unsupported],
    ["typ of the cookie cache", withHeader({ typ: "better-auth.session-cache+jwt" }), unsupported],
    ["typ of an access token", withHeader({ typ: "at+jwt" }), unsupported],
    ["typ an object", withHeader({ typ: {} }), malformed],
    ["sub a number", withClaims({ sub: 7 }), claims],
    ["sub empty", withClaims({ sub: "" }), claims],
    ["no sub", withClaims({ sub: undefined }), claims],
    ["sub a list", withClaims({ sub: ["alice"] }), claims],
    ["exp a text", withClaims({ exp: "9999999999" }), claims],
    ["exp a fraction", withClaims({ exp: 9_999_999_999.5 }), claims],
    ["exp zero", withClaims({ exp: 0 }), "token_expired"],
    ["exp negative", withClaims({ exp: -1 }), "token_expired"],
    ["no exp", withClaims({ exp: undefined }), claims],
    ["exp null", withClaims({ exp: null }), claims],
    ["aud empty", withClaims({ aud: [] }), claims],
    ["aud with a number", withClaims({ aud: [issuer.audience, 1] }), claims],
    ["no aud", withClaims({ aud: undefined }), claims],
    ["aud in other case", withClaims({ aud: issuer.audience.toUpperCase() }), "audience_rejected"],
    ["iss with a slash", withClaims({ iss: `${issuer.issuer}/` }), "issuer_rejected"],
    ["iss a list", withClaims({ iss: [issuer.issuer] }), claims],
    ["no iss", withClaims({ iss: undefined }), claims],
    ["five segments", `${token}.a.b`, unsupported],
    ["two segments", `${header}.${payload}`, malformed],
    ["four segments", `${token}.a`, malformed],
    ["no header", `.${payload}.${signature}`, malformed],
    ["no payload", `${header}..${signature}`, malformed],
    ["no signature", `${header}.${payload}.`, malformed],
    ["only dots", "..", malformed],
    ["padded", `${token}=`, malformed],
    ["a header that is no JSON", `${segment("{")}.${payload}.${signature}`, malformed],
    ["a header that is a list", `${segment("[]")}.${payload}.${signature}`, malformed],
    ["a header that is null", `${segment("null")}.${payload}.${signature}`, malformed],
    ["a session token", "a".repeat(32), unsupported],
    ["a signed cookie", `${"a".repeat(32)}.${"B".repeat(43)}=`, unsupported],
  ];
  return tokens.map(([name, text, code]) => ({
    name: `token ${name}`,
    request: get("/api/alice/tasks", bearer(text)),
    ...(code === "accepted" ? { status: 200, code: null } : { status: 401, code }),
  }));
}

function segment(text: string): string {
  return Buffer.from(text).toString("base64url");
}
