import { isAccessToken } from "../../input/token-kind.ts";
import { readUnverified, type UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { unwrap, type Wrapping } from "./unwrap.ts";

/** The text that was sent as the token: the token itself, what surrounds it by mistake, and its kind. */
export interface TokenText {
  readonly token: string;
  readonly wrappings: readonly Wrapping[];
  readonly kind: TokenTextKind;
  /** The parts of a compact JWS. Not verified. */
  readonly jwt: UnverifiedJwt | undefined;
}

/**
 * Finds out what the text is. A token from `ownIssuer` is never reported as another provider's, whatever
 * claims it has.
 */
export function readTokenText(text: string, ownIssuer: string | undefined): TokenText {
  const { token, wrappings } = unwrap(text);
  return { token, wrappings, ...kindOf(token, ownIssuer) };
}

/** What was sent as the token. Only `jwt` is correct. */
export type TokenTextKind =
  | "token_missing"
  | "token_literal"
  | "session_token"
  | "access_token_opaque"
  | "session_cookie"
  | "cookie_cache_compact"
  | "cookie_cache_jwt"
  | "cookie_cache_jwks"
  | "cookie_cache_jwe"
  | "email_verification_token"
  | "id_token"
  | "token_truncated"
  | "token_malformed"
  | "jwt";

/** How languages print a missing value. */
const literal = /^(?:undefined|null|none|nil|nan|true|false|\[object \w+\])$/i;
/** Better Auth's session token: 32 letters and digits. */
const sessionToken = /^[A-Za-z0-9]{32}$/;
/** Better Auth's opaque access token: 32 letters. One session token in 300 has no digit either. */
const opaqueAccessToken = /^[A-Za-z]{32}$/;
/** A value, a dot, and a SHA-256 HMAC in base64. */
const signedCookie = /^[^.]+\.[A-Za-z0-9+/]{43}=$/;
/** Claims of OpenID Connect ID tokens (Core section 2) that Better Auth does not put into API tokens. */
const idTokenClaims = ["at_hash", "c_hash", "nonce", "azp"];
/** Hosts and domains of ID token issuers. */
const providers = [
  "accounts.google.com",
  "securetoken.google.com",
  "appleid.apple.com",
  "login.microsoftonline.com",
  "sts.windows.net",
  "auth0.com",
  "okta.com",
  "clerk.accounts.dev",
  "supabase.co",
  "discord.com",
  "gitlab.com",
];
/** Amazon Cognito's hosts contain the region. */
const cognito = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/;

/** The kind of a text, and its parts if it is a compact JWS. */
function kindOf(
  token: string,
  ownIssuer: string | undefined,
): { kind: TokenTextKind; jwt: UnverifiedJwt | undefined } {
  const jwt = readUnverified(token);
  return { kind: jwt === undefined ? kindOfOther(token) : kindOfJwt(jwt, ownIssuer), jwt };
}

function kindOfJwt(jwt: UnverifiedJwt, ownIssuer: string | undefined): TokenTextKind {
  // The claims that ID tokens have too, such as azp, mean nothing there.
  if (isAccessToken(jwt)) return "jwt";
  const { header, claims } = jwt;
  if (
    String(header.typ).toLowerCase().includes("session-cache") ||
    claims.aud === "better-auth:session-cache"
  ) {
    return "cookie_cache_jwks";
  }
  const isBare = claims.sub === undefined && claims.iss === undefined && claims.aud === undefined;
  if (isBare && isObject(claims.session) && isObject(claims.user)) return "cookie_cache_jwt";
  // The own issuer may add any claim but the hash of an access token, which the verifier refuses.
  if (isIdToken(claims) && (claims.iss !== ownIssuer || Object.hasOwn(claims, "at_hash"))) return "id_token";
  return isBare && typeof claims.email === "string" ? "email_verification_token" : "jwt";
}

function kindOfOther(token: string): TokenTextKind {
  if (token.trim() === "") return "token_missing";
  if (literal.test(token)) return "token_literal";
  const segments = token.split(".");
  if (segments.length === 5) return "cookie_cache_jwe";
  if (opaqueAccessToken.test(token)) return "access_token_opaque";
  if (sessionToken.test(token)) return "session_token";
  if (segments.length === 2 && signedCookie.test(token)) return "session_cookie";
  if (segments.length === 1 && decoded(token).startsWith('{"session":{')) return "cookie_cache_compact";
  // A JWT's first segment is a JSON object, which starts with these characters in base64url.
  return token.startsWith("eyJ") ? "token_truncated" : "token_malformed";
}

function isIdToken(claims: UnverifiedJwt["claims"]): boolean {
  const host = typeof claims.iss === "string" ? (URL.parse(claims.iss)?.hostname ?? claims.iss) : "";
  return isProvider(host) || idTokenClaims.some((name) => Object.hasOwn(claims, name));
}

function isProvider(host: string): boolean {
  return cognito.test(host) || providers.some((name) => host === name || host.endsWith(`.${name}`));
}

function decoded(token: string): string {
  return Buffer.from(token, "base64url").toString("utf8");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
