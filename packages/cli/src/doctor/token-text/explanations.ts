import type { TokenTextKind } from "../facts/token-text.ts";
import type { Wrapping } from "../facts/unwrap.ts";

/** How to get the right thing, to paste into the frontend. */
const getToken = [
  "const { data } = await authClient.token();",
  'fetch(url, { headers: { authorization: "Bearer " + data.token } });',
];

/** What each mistaken thing is, and what to do. */
export const explanations: Readonly<
  Record<
    Exclude<TokenTextKind, "jwt"> | Wrapping,
    { readonly title: string; readonly fix: readonly string[] }
  >
> = {
  token_missing: {
    title: "Nothing was sent: the text where the token should be is empty.",
    fix: getToken,
  },
  token_literal: {
    title: "A word was sent in place of a token: the frontend had none when it built the header.",
    fix: [
      ...getToken,
      "Wait for the token before the request: the promise itself, or its missing result, became text.",
    ],
  },
  bearer_missing: {
    title: "The Authorization header does not begin with Bearer.",
    fix: ['headers: { authorization: "Bearer " + token }'],
  },
  bearer_doubled: {
    title: "The Bearer prefix stands there twice: the stored token has it already.",
    fix: ['headers: { authorization: "Bearer " + token.replace(/^Bearer /, "") }'],
  },
  token_is_json: {
    title: "All of the JSON that /api/auth/token answers was sent, not the token in it.",
    fix: ["const { token } = await response.json();"],
  },
  token_quoted: {
    title: "The token is wrapped in quotes.",
    fix: ["const token = JSON.parse(stored); // or store it without JSON.stringify"],
  },
  token_whitespace: {
    title: "There is whitespace or a newline around the token.",
    fix: ["const token = stored.trim();"],
  },
  token_truncated: {
    title: "This begins as a JWT and is not whole: a part of it was cut off or lost.",
    fix: [
      "Copy the whole token; look for a column, cookie or log that is too short for it (about 500 characters).",
    ],
  },
  token_malformed: {
    title: "This is no JWT, nor anything else that Better Auth gives out.",
    fix: getToken,
  },
  session_token: {
    title: "Better Auth's session token was sent. It is a key into the issuer's database, not a JWT.",
    fix: getToken,
  },
  session_cookie: {
    title: "Better Auth's signed session cookie was sent. It is for the issuer alone, and is not a JWT.",
    fix: getToken,
  },
  cookie_cache_compact: {
    title:
      'Better Auth\'s cookie cache (strategy "compact") was sent. It is for the issuer alone, and is not a JWT.',
    fix: getToken,
  },
  cookie_cache_jwt: {
    title: 'Better Auth\'s cookie cache (strategy "jwt") was sent. It is a JWT, but not one for an API.',
    fix: getToken,
  },
  cookie_cache_jwks: {
    title:
      "Better Auth's cookie cache, signed by its key pair, was sent. It is a JWT, but not one for an API.",
    fix: getToken,
  },
  cookie_cache_jwe: {
    title: 'An encrypted token (JWE) was sent: Better Auth\'s cookie cache with strategy "jwe" is one.',
    fix: getToken,
  },
  email_verification_token: {
    title:
      "The token of an e-mail verification link was sent. It is signed by the same secret, and is not for an API.",
    fix: getToken,
  },
  id_token: {
    title: "Another provider's ID token was sent. The API accepts what your own Better Auth issues.",
    fix: [
      'await authClient.signIn.social({ provider: "google", idToken: { token: idToken } }); // once: makes a session',
      ...getToken,
    ],
  },
};
