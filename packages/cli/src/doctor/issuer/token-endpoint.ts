import { type Diagnosis, errorFinding } from "../check.ts";
import type { Answer, NoAnswer } from "../http/probe.ts";

/** A problem with `/token`. Without a session it answers 401, whether it can sign or not. */
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
      "Better Auth has no /token endpoint: the plugin that issues tokens is not installed.",
      ["/api/auth/ok answers, but /api/auth/token answers 404"],
      ['plugins: [usherJwt({ audience: "https://api.example.com" })]'],
    );
  }
  if (status >= 500 && jwks.kind === "answer" && jwks.status === 200) {
    return errorFinding(
      "issuer_cannot_sign",
      "The issuer can no longer sign: it publishes keys, but fails to issue a token.",
      [
        `/jwks answers 200, /token answers ${status}`,
        "most likely its private key is encrypted with an older BETTER_AUTH_SECRET; then the issuer's log contains " +
          '"Failed to decrypt private key"',
      ],
      [
        'BETTER_AUTH_SECRETS="2:$NEW_SECRET,1:$OLD_SECRET" # at the issuer: the older version decrypts the key',
        "delete from jwks; -- or in its database: creates a new key, and invalidates every token of the old one",
      ],
    );
  }
  if (status >= 500) {
    return errorFinding(
      "token_endpoint_fails",
      "The issuer fails to issue a token.",
      [`/token answers ${status}${jwks.kind === "answer" ? `, /jwks ${jwks.status}` : ""}`],
      [
        'Read the issuer\'s log. keyPairConfig: { alg: "HS256" } causes this, and so do missing tables: npx @better-auth/cli migrate',
      ],
    );
  }
  if (hasCookie && status === 401) {
    return errorFinding(
      "session_ended",
      "The session in the cookie has ended, or the cookie is from another site.",
      ["/token answers 401 to this cookie"],
      ["await authClient.signIn.email({ email, password }); // then authClient.token()"],
    );
  }
  return undefined;
}
