import { AuthError } from "../errors.ts";

/** Better Auth's session token: 32 letters and digits, without a dot. */
const sessionToken = /^[A-Za-z0-9]{32}$/;
/** Better Auth's signed cookie: a value, a dot, and the base64 of a SHA-256 HMAC, often percent-encoded. */
const signedCookie = /^[^.]+\.[A-Za-z0-9+/%]{40,}=?$/;
/** The base64url of `{"session":{`, the start of Better Auth's compact cookie cache. */
const compactCookieCache = "eyJzZXNzaW9uIjp7";
/** Characters that occur in no compact JWS or JWE (RFC 7515 section 2). */
const foreign = /[^\w.-]/;
const stringified = new Set(["undefined", "null", "[object Object]", "[object Promise]", "NaN"]);

/**
 * Guesses what a text is that is not a JWS. Runs only for tokens that are rejected anyway: it chooses the
 * code and the hint, and accepts nothing.
 */
export function explainForm(token: string): AuthError {
  const segments = countSegments(token);
  if (segments === 5 && !foreign.test(token)) {
    return unsupported(
      'an encrypted token (JWE), such as Better Auth\'s cookie cache with `strategy: "jwe"`',
    );
  }
  if (sessionToken.test(token)) return unsupported("Better Auth's session token");
  if (!token.startsWith("eyJ") && signedCookie.test(token))
    return unsupported("Better Auth's signed session cookie");
  if (segments === 1 && token.startsWith(compactCookieCache))
    return unsupported("Better Auth's compact cookie cache");
  return new AuthError("token_malformed", { hint: explainMalformed(token, segments) });
}

function unsupported(what: string): AuthError {
  const hint = `this is ${what}, not a signed JWT: send what \`authClient.token()\` or /api/auth/token returns`;
  return new AuthError("token_unsupported", { hint });
}

function explainMalformed(token: string, segments: number): string {
  if (token === "") return "the header has the scheme and no token";
  if (stringified.has(token)) return `the text "${token}" was sent: the frontend had no token`;
  if (/^bearer\b/i.test(token)) return "the `Bearer` prefix occurs twice";
  if (/^["'`].*["'`]$/s.test(token)) return "the token is wrapped in quotes";
  if (segments !== 3) return `a JWT has three segments; this has ${segments}`;
  return "a segment is empty, or not canonical base64url (padding, whitespace or invalid characters)";
}

function countSegments(token: string): number {
  let segments = 1;
  for (let dot = token.indexOf("."); dot >= 0; dot = token.indexOf(".", dot + 1)) segments++;
  return segments;
}
