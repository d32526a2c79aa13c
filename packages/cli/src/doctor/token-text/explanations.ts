import type { TokenTextKind } from "../facts/token-text.ts";
import type { Wrapping } from "../facts/unwrap.ts";

/** How to get an API token. Lines to paste into the frontend. */
const getToken = [
  "const { data } = await authClient.token();",
  'fetch(url, { headers: { authorization: "Bearer " + data.token } });',
];

/** The title and the fix for each kind of wrong text. */
export const explanations: Readonly<
  Record<
    Exclude<TokenTextKind, "jwt"> | Wrapping,
    { readonly title: string; readonly fix: readonly string[] }
  >
> = {
  token_missing: {
    title: "No token was sent: the text is empty.",
    fix: getToken,
  },
  token_literal: {
    title: "A word was sent instead of a token: the frontend had no token when it built the header.",
    fix: [
      ...getToken,
      "Await the token before the request. A promise or a missing value was converted to text.",
    ],
  },
  bearer_missing: {
    title: "The Authorization header does not start with Bearer.",
    fix: ['headers: { authorization: "Bearer " + token }'],
  },
  bearer_doubled: {
    title: "The Bearer prefix is there twice: the stored token already has it.",
    fix: ['headers: { authorization: "Bearer " + token.replace(/^Bearer /, "") }'],
  },
  token_is_json: {
    title: "The whole JSON response of /api/auth/token was sent instead of the token in it.",
    fix: ["const { token } = await response.json();"],
  },
  token_quoted: {
    title: "The token is in quotes.",
    fix: ["const token = JSON.parse(stored); // or store it without JSON.stringify"],
  },
  token_whitespace: {
    title: "Whitespace or a newline surrounds the token.",
    fix: ["const token = stored.trim();"],
  },
  token_truncated: {
    title: "The text starts like a JWT but is incomplete: part of it is missing.",
    fix: [
      "Copy the whole token. Check for a database column, cookie or log that cuts it off (about 500 characters).",
    ],
  },
  token_malformed: {
    title: "The text is neither a JWT nor anything else that Better Auth issues.",
    fix: getToken,
  },
  session_token: {
    title:
      "Better Auth's session token was sent. It identifies a session in the issuer's database and is not a JWT.",
    fix: getToken,
  },
  access_token_opaque: {
    title:
      "This looks like an opaque access token of an OAuth client: only the issuer can read it. It is not a JWT.",
    fix: [
      "resource=https://api.example.com # by the client, in its authorization and token requests: it gets a JWT (RFC 8707)",
      ...getToken,
    ],
  },
  session_cookie: {
    title: "Better Auth's signed session cookie was sent. Only the issuer can use it. It is not a JWT.",
    fix: getToken,
  },
  cookie_cache_compact: {
    title:
      'Better Auth\'s cookie cache (strategy "compact") was sent. Only the issuer can use it. It is not a JWT.',
    fix: getToken,
  },
  cookie_cache_jwt: {
    title: 'Better Auth\'s cookie cache (strategy "jwt") was sent. It is a JWT, but not for an API.',
    fix: getToken,
  },
  cookie_cache_jwks: {
    title: "Better Auth's cookie cache, signed by its key pair, was sent. It is a JWT, but not for an API.",
    fix: getToken,
  },
  cookie_cache_jwe: {
    title: 'An encrypted token (JWE) was sent, such as Better Auth\'s cookie cache with strategy "jwe".',
    fix: getToken,
  },
  email_verification_token: {
    title:
      "The token of an e-mail verification link was sent. It is signed with the same secret, but is not for an API.",
    fix: getToken,
  },
  id_token: {
    title: "An ID token was sent. It tells a client who signed in, and is not for an API.",
    fix: [
      'await authClient.signIn.social({ provider: "google", idToken: { token: idToken } }); // once, to create a session',
      "authorization: Bearer <access_token> # by a client of your own OAuth provider, which got both",
      ...getToken,
    ],
  },
};
