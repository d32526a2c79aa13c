import { createTestIssuer } from "@usher-auth/testing";
import { audience, jwtWithSecret, secret, startIssuer, usherJwtFor } from "./better-auth.ts";
import type { Migration } from "./migration.ts";
import { get } from "./requests.ts";

/** How a guide is tried whose API verifies Better Auth's tokens with the shared secret. */
export async function moveFromSharedSecret(
  guide: Pick<Migration, "guide" | "former" | "newRoute" | "start">,
): Promise<Migration> {
  const issuer = await startIssuer(jwtWithSecret());
  const [ada, grace] = [await issuer.signUp("ada"), await issuer.signUp("grace")];
  const link = await issuer.emailLinkTokenOf(ada);
  const before = await issuer.tokenOf(ada, jwtWithSecret());
  const after = await issuer.tokenOf(ada, usherJwtFor("HS256"));
  const { tokenFor } = createTestIssuer({ secret, issuer: issuer.url, audience });
  const own = `/api/${ada.id}/tasks`;
  const stages = ["before", "step 1", "step 2"];
  return {
    ...guide,
    settings: { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: issuer.url, API_URL: audience },
    auditTokens: async (stage) => {
      const plugin = stage === "after" ? usherJwtFor("HS256") : jwtWithSecret();
      const [a, b] = [await issuer.tokenOf(ada, plugin), await issuer.tokenOf(grace, plugin)];
      return { a, b, expired: tokenFor(ada.id, { expired: true }) };
    },
    valid: [
      { name: "own tasks, a token of `jwt()`", stages, ask: get(own, before) },
      { name: "own tasks, a token of `usherJwt()`", stages: [...stages, "after"], ask: get(own, after) },
    ],
    bad: [
      { name: "no token", ask: get(own) },
      { name: "`Bearer undefined`", ask: get(own, "undefined") },
      { name: "an expired token", ask: get(own, tokenFor(ada.id, { expired: true })) },
      { name: "a token of another key", ask: get(own, tokenFor(ada.id, { wrongSecret: true })) },
      { name: "another user's tasks", ask: get(`/api/${grace.id}/tasks`, after) },
      { name: "a token for another API", ask: get(own, tokenFor(ada.id, { wrongAudience: true })) },
      { name: "a token of another issuer", ask: get(own, tokenFor(ada.id, { wrongIssuer: true })) },
      { name: "a token that never expires", ask: get(own, tokenFor(ada.id, { claims: { exp: undefined } })) },
      { name: "the token of an e-mail link", ask: get(own, link) },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
  };
}
