import { readUnverified, type UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { unwrap, type Wrapping } from "./unwrap.ts";

/** What was sent: the thing itself, what was wrapped around it by mistake, and what it is. */
export interface TokenText {
  readonly token: string;
  readonly wrappings: readonly Wrapping[];
  readonly kind: TokenTextKind;
  /** The token's own words, where it is a compact JWS. Not verified. */
  readonly jwt: UnverifiedJwt | undefined;
}

/**
 * Takes apart what was given as the token. A token of `ownIssuer` is no other provider's, whatever it looks
 * like.
 */
export function readTokenText(text: string, ownIssuer: string | undefined): TokenText {
  const { token, wrappings } = unwrap(text);
  return { token, wrappings, ...kindOf(token, ownIssuer) };
}

/** What a text is that was sent as a token. `jwt` is the only right one. */
export type TokenTextKind =
  | "token_missing"
  | "token_literal"
  | "session_token"
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

/** What scripting languages make of a value that is not there. */
const literal = /^(?:undefined|null|none|nil|nan|true|false|\[object \w+\])$/i;
/** Better Auth's session token: 32 letters and digits. */
const sessionToken = /^[A-Za-z0-9]{32}$/;
/** A value, a dot, and the base64 of a SHA-256 HMAC. */
const signedCookie = /^[^.]+\.[A-Za-z0-9+/]{43}=$/;
/**
 * Claims that OpenID Connect gives to ID tokens (Core section 2), and no Better Auth to a token for an API.
 */
const idTokenClaims = ["at_hash", "c_hash", "nonce", "azp"];
/** Issuers of ID tokens: hosts, and domains above them. */
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
/** Amazon Cognito's are named by region. */
const cognito = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/;

/** Tells what a text is, and reads it where it is a compact JWS. */
function kindOf(
  token: string,
  ownIssuer: string | undefined,
): { kind: TokenTextKind; jwt: UnverifiedJwt | undefined } {
  const jwt = readUnverified(token);
  return { kind: jwt === undefined ? kindOfOther(token) : kindOfJwt(jwt, ownIssuer), jwt };
}

function kindOfJwt({ header, claims }: UnverifiedJwt, ownIssuer: string | undefined): TokenTextKind {
  if (
    String(header.typ).toLowerCase().includes("session-cache") ||
    claims.aud === "better-auth:session-cache"
  ) {
    return "cookie_cache_jwks";
  }
  const isBare = claims.sub === undefined && claims.iss === undefined && claims.aud === undefined;
  if (isBare && isObject(claims.session) && isObject(claims.user)) return "cookie_cache_jwt";
  // A token of the own issuer may have any claim.
  if (isIdToken(claims) && claims.iss !== ownIssuer) return "id_token";
  return isBare && typeof claims.email === "string" ? "email_verification_token" : "jwt";
}

function kindOfOther(token: string): TokenTextKind {
  if (token.trim() === "") return "token_missing";
  if (literal.test(token)) return "token_literal";
  const segments = token.split(".");
  if (segments.length === 5) return "cookie_cache_jwe";
  if (sessionToken.test(token)) return "session_token";
  if (segments.length === 2 && signedCookie.test(token)) return "session_cookie";
  if (segments.length === 1 && decoded(token).startsWith('{"session":{')) return "cookie_cache_compact";
  // A JWT's first segment is JSON, and JSON of an object begins so.
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
