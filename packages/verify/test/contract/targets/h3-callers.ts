import { usher } from "@usher-auth/verify/h3";
import { getRouterParams, H3, type H3Event, type H3RouteMeta, serve } from "h3";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";

export const h3Callers: TargetCallers = {
  async start(options, handle) {
    const app = new H3().use(usher(options));
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const answer = (event: H3Event) =>
      handle({ principal: event.context.principal, params: getRouterParams(event, { decode: true }) });
    const get = (path: string, meta: H3RouteMeta = {}) => app.get(path, answer, { meta });

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
    const greeting = ({ context: { optionalPrincipal } }: H3Event) => {
      handle({ principal: optionalPrincipal });
      return { principal: optionalPrincipal?.id ?? null };
    };
    app.get("/greeting", greeting, { meta: { optionalAuth: true } });

    const server = await serve(app, { port: 0, hostname: "127.0.0.1", silent: true }).ready();
    return { origin: (server.url ?? "").replace(/\/$/, ""), close: () => server.close(true) };
  },
};
