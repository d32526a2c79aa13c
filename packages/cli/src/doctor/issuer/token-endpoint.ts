import { type Diagnosis, errorFinding } from "../check.ts";
import type { Answer, NoAnswer } from "../http/probe.ts";

/** What `/token` says. Without a session Better Auth answers 401, whether it could sign or not. */
export function tokenEndpointFinding(
  token: Answer | NoAnswer,
  jwks: Answer | NoAnswer,
  hasCookie: boolean,
): Diagnosis | undefined {
  if (token.kind === "none") return undefined;
  const { status } = token;
  if (status === 404) {
    return errorFinding(
      "token_endpoint_missing",
      "Better Auth is there, and has no /token: the plugin that makes tokens is not installed.",
      ["/api/auth/ok answers, /api/auth/token is 404"],
      ['plugins: [usherJwt({ audience: "https://api.example.com" })]'],
    );
  }
  if (status >= 500 && jwks.kind === "answer" && jwks.status === 200) {
    return errorFinding(
      "issuer_cannot_sign",
      "The issuer can no longer sign: it publishes keys, and fails to make a token with them.",
      [
        `/jwks answers 200, /token answers ${status}`,
        "most likely its private key was encrypted with an older BETTER_AUTH_SECRET; the issuer's log then has " +
          '"Failed to decrypt private key"',
      ],
      [
        'BETTER_AUTH_SECRETS="2:$NEW_SECRET,1:$OLD_SECRET" # at the issuer: the older one decrypts',
        "delete from jwks; -- or in its database: makes a new key, and ends every token of the old one",
      ],
    );
  }
  if (status >= 500) {
    return errorFinding(
      "token_endpoint_fails",
      "The issuer fails to make a token.",
      [`/token answers ${status}${jwks.kind === "answer" ? `, /jwks ${jwks.status}` : ""}`],
      [
        'Read the issuer\'s log. keyPairConfig: { alg: "HS256" } does this, and so do missing tables: npx @better-auth/cli migrate',
      ],
    );
  }
  if (hasCookie && status === 401) {
    return errorFinding(
      "session_ended",
      "The session in the cookie has ended, or the cookie is another site's.",
      ["/token answers 401 to it"],
      ["await authClient.signIn.email({ email, password }); // and then authClient.token()"],
    );
  }
  return undefined;
}
