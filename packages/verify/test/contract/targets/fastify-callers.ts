import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";

type Params = { Params: Record<string, string> };

export const fastifyCallers: TargetCallers = {
  async start(options, handle) {
    const app = fastify({ forceCloseConnections: true });
    await app.register(usher, options);
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const get = (url: string, config = {}) =>
      app.get<Params>(url, { config }, ({ principal, params }) => handle({ principal, params }));

    get("/me");
    get("/users/:userId");
    get("/orgs/:orgId");
    get("/memberships/:memberOrg");
    get("/orgs/:orgId/users/:userId", { owner: orgAdmin });
    get("/support/:userId", { owner: support });
    get("/clients/:userId", { owner: clients });
    get("/recent", { policies: recent });
    get("/personal", { policies: personal });
    get("/client-scopes", { policies: clientScopes });
    app.get("/greeting", { config: { optionalAuth: true } }, ({ optionalPrincipal }) => {
      handle({ principal: optionalPrincipal });
      return { principal: optionalPrincipal?.id ?? null };
    });

    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    return { origin, close: () => app.close() };
  },
};
