import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { audience, startIssuer, usherJwtFor } from "./support/better-auth.ts";
import { packageOf, tryGuide } from "./support/migration.ts";
import { get } from "./support/requests.ts";

const jwksPath = "/.well-known/jwks.json";

/** An OpenID provider: a discovery document, and tokens signed with RS256, the default of Auth0. */
async function startProvider() {
  let isDown = false;
  const server = createServer((request, response) => {
    if (isDown) return void request.socket.destroy();
    const answer = request.url === jwksPath ? keys.jwks() : { issuer, jwks_uri: url + jwksPath };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${url}/`;
  const keys = createTestIssuer({ algorithm: "RS256", issuer, audience });
  return {
    ...keys,
    url,
    jwksUrl: url + jwksPath,
    /** Does something while no request gets an answer. */
    async duringOutage<Result>(work: () => Promise<Result>): Promise<Result> {
      isDown = true;
      try {
        return await work();
      } finally {
        isDown = false;
      }
    },
  };
}

tryGuide(async () => {
  const betterAuth = await startIssuer(usherJwtFor("EdDSA"));
  const [ada, grace] = [await betterAuth.signUp("ada"), await betterAuth.signUp("grace")];
  const token = await betterAuth.tokenOf(ada, usherJwtFor("EdDSA"));
  const provider = await startProvider();
  const own = `/api/${ada.id}/tasks`;
  const former = provider.tokenFor(ada.id);
  const current = (stage: string) => (stage === "after" ? token : former);

  const now = Math.floor(Date.now() / 1000);
  const other = "https://other.example.com";
  /** A token with these claims, of the provider until it is gone, then of Better Auth. */
  const withClaims = async (claims: Record<string, unknown>) => {
    const ofBetterAuth = await betterAuth.sign({ sub: ada.id, aud: audience, ...claims });
    const ofProvider = provider.tokenFor(ada.id, { claims });
    return (stage: string) => (stage === "after" ? ofBetterAuth : ofProvider);
  };
  const changed = (stage: string) => {
    const [header, payload, signature = ""] = current(stage).split(".");
    return `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  };
  return {
    guide: "coming-from-express-oauth2-jwt-bearer.md",
    former: packageOf("express-oauth2-jwt-bearer"),
    settings: {
      ISSUER_BASE_URL: provider.url,
      FORMER_ISSUER: provider.issuer,
      FORMER_JWKS_URL: provider.jwksUrl,
      BETTER_AUTH_URL: betterAuth.url,
      USHER_JWKS_URL: `${betterAuth.url}/api/auth/jwks`,
      API_URL: audience,
    },
    auditTokens: async (stage) => ({
      a: current(stage),
      b:
        stage === "after"
          ? await betterAuth.tokenOf(grace, usherJwtFor("EdDSA"))
          : provider.tokenFor(grace.id),
      expired: (await withClaims({ iat: now - 7200, exp: now - 3600 }))(stage),
    }),
    newRoute: [
      /^app\.listen/m,
      'app.get("/api/:userId/new", (request, response) => void response.json(request.params));',
    ],
    valid: [
      {
        name: "own tasks, a token of the provider",
        stages: ["before", "step 1", "step 2"],
        ask: get(own, former),
      },
      { name: "own tasks, a token of Better Auth", stages: ["step 2", "after"], ask: get(own, token) },
    ],
    bad: [
      { name: "no token", ask: get(own) },
      { name: "`Bearer undefined`", ask: get(own, "undefined") },
      { name: "an expired token", ask: get(own, await withClaims({ iat: now - 7200, exp: now - 3600 })) },
      { name: "a changed signature", ask: get(own, changed) },
      { name: "another user's tasks", ask: get(`/api/${grace.id}/tasks`, current) },
      { name: "a token for another API", ask: get(own, await withClaims({ aud: other })) },
      { name: "a token of another issuer", ask: get(own, await withClaims({ iss: other })) },
      { name: "a token of the same key without a user", ask: get(own, await withClaims({ sub: undefined })) },
      {
        name: "a token that is bound to its sender's key",
        ask: get(own, await withClaims({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })),
      },
      {
        name: "a token in the query only",
        ask: (api, stage) => fetch(`${api}${own}?access_token=${current(stage)}`),
      },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
    afterStart: [
      {
        name: "own tasks, the issuer has been down since the API started",
        ask: (api, stage) =>
          provider.duringOutage(() => betterAuth.duringOutage(() => get(own, current)(api, stage))),
      },
    ],
  };
});
