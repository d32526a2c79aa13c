import type { TokenFaults } from "../options.ts";

/**
 * How a request is authenticated. `fault`: a token of the path's owner that must not be accepted. `public
 * key`: such a token with an HMAC of the issuer's public key, if it has one. `elsewhere`: a
 * valid token of the owner outside the Authorization header. `other`: a valid token, in the header, of a
 * caller who is not the owner. `as`: a user whose id is made of the owner's.
 */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "header"; readonly value: string }
  | { readonly kind: "fault"; readonly faults: TokenFaults }
  | { readonly kind: "public key" }
  | { readonly kind: "elsewhere"; readonly place: "query" | "cookie" | "header" | "body" }
  | { readonly kind: "other"; readonly as?: (owner: string) => string };

/**
 * What must come back. `challenge`: 401 with a challenge. `denied`: 403, or 404 to conceal the path.
 * `closed`: any refusal, or that there is nothing. `unhandled`: anything, as long as no guarded handler runs.
 */
type Expected = "challenge" | "denied" | "closed" | "unhandled";

/** How the request differs from the route's own. */
interface Change {
  readonly method?: string;
  readonly headers?: (method: string) => Readonly<Record<string, string>>;
  readonly spell?: (path: string) => string;
}

/** A request that the app must refuse. */
export interface Attempt {
  /** What is sent, in words, after "sent". `{owner}` means the caller of an owner attempt. */
  readonly sends: string;
  readonly credentials: Credentials;
  readonly change?: Change;
  /** The methods of the routes that it is tried on. Default: all. */
  readonly methods?: readonly string[];
  readonly expects: Expected;
  /** What to do if the app grants it. */
  readonly fix: string;
}

const none: Credentials = { kind: "none" };
const other: Credentials = { kind: "other" };
const withBody = ["POST", "PUT", "PATCH", "DELETE"];

const guardIt =
  "Add the guard before this route, in the app or router that it belongs to. If anyone may call it, list it in `public`.";
const verifyIt = "Verify the signature before any claim is read. Decoding a token does not verify it.";
const readHeaderOnly = "Take the token from the Authorization header only (RFC 6750 section 2).";

function fault(sends: string, faults: TokenFaults, fix: string): Attempt {
  return { sends, credentials: { kind: "fault", faults }, expects: "challenge", fix };
}

function elsewhere(sends: string, place: "query" | "cookie" | "header" | "body"): Attempt {
  return { sends, credentials: { kind: "elsewhere", place }, expects: "challenge", fix: readHeaderOnly };
}

/** Names under which careless guards look for a token. */
export const queryNames: readonly string[] = ["access_token", "token", "jwt", "auth_token"];
export const cookieNames: readonly string[] = [
  "access_token",
  "token",
  "jwt",
  "auth",
  "session",
  "Authorization",
];
export const headerNames: readonly string[] = ["x-access-token", "x-auth-token", "x-jwt", "x-token", "token"];

/** The first attempt: if the app grants it, the route is open, and the others would only repeat that. */
export const withoutToken: Attempt = {
  sends: "no token",
  credentials: none,
  expects: "challenge",
  fix: guardIt,
};

/** Requests without valid credentials, tried on every route. */
export const credentialAttempts: readonly Attempt[] = [
  {
    sends: "a bearer token that is not a JWT",
    credentials: { kind: "header", value: "Bearer not-a-jwt" },
    expects: "challenge",
    fix: "Answer 401 to everything that cannot be read as a token, before any other code uses it.",
  },
  {
    sends: "a bearer token of three segments that are not JSON",
    credentials: { kind: "header", value: "Bearer a.b.c" },
    expects: "challenge",
    fix: "Answer 401 to everything that cannot be read as a token, before any other code uses it.",
  },
  {
    sends: "Basic credentials",
    credentials: { kind: "header", value: "Basic Z3Vlc3Q6Z3Vlc3Q=" },
    expects: "challenge",
    fix: "Accept the scheme Bearer only.",
  },
  fault("an expired token", { expired: true }, "Check `exp` of every token, and require it."),
  fault(
    "a token that never expires",
    { claims: { exp: undefined } },
    "Require `exp`: a token without it is valid forever.",
  ),
  fault("a token that is not valid yet", { notYetValid: true }, "Check `nbf`, where a token has it."),
  fault(
    "a token of another issuer",
    { wrongIssuer: true },
    "Compare `iss` with the one issuer that the app trusts.",
  ),
  fault(
    "a token for another API",
    { wrongAudience: true },
    "Compare `aud` with the app's own audience (the verifier's `audience`).",
  ),
  fault(
    "a token with the right signature, but without `iss`, `aud` and `sub`",
    { claims: { iss: undefined, aud: undefined, sub: undefined } },
    "Require `iss`, `aud` and `sub`: Better Auth signs other tokens with the same secret, without them.",
  ),
  fault("a token that is signed with another key", { wrongSecret: true }, verifyIt),
  fault("a token with a changed signature", { tampered: true }, verifyIt),
  fault("a token with changed claims and the old signature", { forgedPayload: true }, verifyIt),
  fault(
    "an unsigned token (`alg: none`)",
    { unsigned: true },
    "Let the key determine the algorithm, never the token's header (RFC 8725 section 3.1).",
  ),
  {
    sends: "a token that is signed with the public key, as if it were a secret (`alg: HS256`)",
    credentials: { kind: "public key" },
    expects: "challenge",
    fix: "Let the key determine the algorithm, never the token's header (RFC 8725 section 3.1).",
  },
  elsewhere("a valid token in the query, and no Authorization header", "query"),
  elsewhere("a valid token in a cookie, and no Authorization header", "cookie"),
  elsewhere("a valid token in another header, and no Authorization header", "header"),
  {
    ...elsewhere("a valid token in the body, and no Authorization header", "body"),
    methods: ["POST", "PUT", "PATCH"],
  },
];

/** Requests without a token that differ from the route's own in something else. */
export const detourAttempts: readonly Attempt[] = [
  {
    sends: "no token, as HEAD",
    credentials: none,
    change: { method: "HEAD" },
    methods: ["GET"],
    expects: "closed",
    fix: "Guard HEAD as GET: it runs the same handler.",
  },
  {
    sends: "no token, as a CORS preflight",
    credentials: none,
    change: {
      method: "OPTIONS",
      headers: (method) => ({ origin: "https://app.example.com", "access-control-request-method": method }),
    },
    expects: "unhandled",
    fix: "Let a preflight pass the guard only to the CORS middleware, never to a handler.",
  },
  {
    sends: "no token, and headers that override the method with OPTIONS",
    credentials: none,
    change: { headers: () => override("OPTIONS") },
    expects: "closed",
    fix: "Read the method that the router uses. If a header may override it, apply that before the guard.",
  },
  {
    sends: "no token, as POST with headers that override the method",
    credentials: none,
    change: { method: "POST", headers: override },
    methods: ["PUT", "PATCH", "DELETE"],
    expects: "closed",
    fix: "Apply method overrides before the guard, or do not support them.",
  },
  {
    sends: "no token, on the path with a trailing slash",
    credentials: none,
    change: { spell: (path) => `${path.replace(/\/$/, "")}/` },
    expects: "closed",
    fix: "Let the router decide which requests are guarded, not a comparison with the text of the path.",
  },
  {
    sends: "no token, on the path in upper case",
    credentials: none,
    change: { spell: (path) => path.toUpperCase() },
    expects: "closed",
    fix: "Let the router decide which requests are guarded, not a comparison with the text of the path.",
  },
];

function similarUser(differs: string, as: (owner: string) => string): Attempt {
  return {
    sends: `the valid token of a user whose id is the owner's ${differs}`,
    credentials: { kind: "other", as },
    expects: "denied",
    fix: "Compare the owner exactly (`===`), with the whole value that the router decoded.",
  };
}

/** Requests of a caller who is not the owner, tried for each owner parameter of a route. */
export const ownerAttempts: readonly Attempt[] = [
  {
    sends: "the valid token of {owner}",
    credentials: other,
    expects: "denied",
    fix: "Name the parameter in the guard's `ownerParam`, which may be a list. If it says nothing about the owner, set `ownerParams`.",
  },
  similarUser("in upper case", (owner) => owner.toUpperCase()),
  similarUser("in lower case", (owner) => owner.toLowerCase()),
  similarUser("with a character more", (owner) => `${owner}2`),
  similarUser("without its last character", (owner) => owner.slice(0, -1)),
  {
    sends: "the valid token of {owner}, as HEAD",
    credentials: other,
    change: { method: "HEAD" },
    methods: ["GET"],
    expects: "denied",
    fix: "Check the owner for every method, HEAD included.",
  },
  {
    sends: "the valid token of {owner}, and headers that override the method with OPTIONS",
    credentials: other,
    change: { headers: () => override("OPTIONS") },
    methods: ["GET", ...withBody],
    expects: "denied",
    fix: "Read the method that the router uses. If a header may override it, apply that before the guard.",
  },
];

function override(method: string): Readonly<Record<string, string>> {
  return { "x-http-method-override": method, "x-http-method": method, "x-method-override": method };
}
