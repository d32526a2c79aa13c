import { jwt } from "better-auth/plugins/jwt";
import { audience, startIssuer, usherJwtFor } from "./support/better-auth.ts";
import { packageOf, tryGuide } from "./support/migration.ts";
import { get } from "./support/requests.ts";

tryGuide(async () => {
  const issuer = await startIssuer(jwt());
  const [ada, grace] = [await issuer.signUp("ada"), await issuer.signUp("grace")];
  const before = await issuer.tokenOf(ada, jwt());
  const after = await issuer.tokenOf(ada, usherJwtFor("EdDSA"));
  const current = (stage: string) => (stage === "after" ? after : before);
  const sign = (payload: object) => issuer.sign({ sub: ada.id, aud: [issuer.url, audience], ...payload });
  const own = `/api/${ada.id}/tasks`;
  const now = Math.floor(Date.now() / 1000);
  return {
    guide: "coming-from-jose.md",
    former: packageOf("jose"),
    settings: {
      BETTER_AUTH_URL: issuer.url,
      USHER_JWKS_URL: `${issuer.url}/api/auth/jwks`,
      API_URL: audience,
    },
    auditTokens: async (stage) => {
      const plugin = stage === "after" ? usherJwtFor("EdDSA") : jwt();
      const [a, b] = [await issuer.tokenOf(ada, plugin), await issuer.tokenOf(grace, plugin)];
      return { a, b, expired: await sign({ iat: now - 7200, exp: now - 3600 }) };
    },
    newRoute: [/^serve\(/m, 'app.get("/api/:userId/new", (c) => c.json(c.req.param()));'],
    valid: [
      {
        name: "own tasks, a token of `jwt()`",
        stages: ["before", "step 1", "step 2"],
        ask: get(own, before),
      },
      // The old check does not know this audience: step 3 is after it is gone.
      { name: "own tasks, a token of `usherJwt()`", stages: ["step 2", "after"], ask: get(own, after) },
    ],
    bad: [
      { name: "no token", ask: get(own) },
      { name: "`Bearer undefined`", ask: get(own, "undefined") },
      { name: "an expired token", ask: get(own, await sign({ iat: now - 7200, exp: now - 3600 })) },
      { name: "a token for another API", ask: get(own, await sign({ aud: "https://other.example.com" })) },
      { name: "a token of another issuer", ask: get(own, await sign({ iss: "https://other.example.com" })) },
      {
        name: "a token of the same key without a user",
        ask: get(own, await sign({ sub: undefined, file: 1 })),
      },
      { name: "another user's tasks", ask: get(`/api/${grace.id}/tasks`, current) },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
    measured: [
      {
        name: "own tasks, the issuer has been down for a moment",
        ask: (api, stage) => issuer.duringOutage(() => get(own, current)(api, stage)),
      },
    ],
    afterStart: [
      {
        name: "own tasks, the issuer has been down since the API started",
        ask: (api, stage) => issuer.duringOutage(() => get(own, current)(api, stage)),
      },
    ],
  };
});
