import { createServer } from "node:http";
import Router from "@koa/router";
import { enforce, type OptionalUsherState, owner, type UsherState, usher } from "@usher-auth/verify/koa";
import Koa, { type ParameterizedContext } from "koa";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";
import { listen } from "./server.ts";

export const koaCallers: TargetCallers = {
  async start(options, handle) {
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const run = (context: ParameterizedContext<UsherState> & { params: Record<string, string> }) => {
      context.body = handle({ principal: context.state.principal, params: context.params });
    };
    const guard = usher(options);
    const open = new Router<OptionalUsherState>();
    open.get("/greeting", guard.optional, (context) => {
      const { optionalPrincipal: principal } = context.state;
      handle({ principal });
      context.body = { principal: principal?.id ?? null };
    });
    const router = new Router<UsherState>();
    router.get("/me", run);
    router.get("/users/:userId", run);
    router.get("/orgs/:orgId", run);
    router.get("/memberships/:memberOrg", run);
    router.get("/orgs/:orgId/users/:userId", owner(orgAdmin), run);
    router.get("/support/:userId", owner(support), run);
    router.get("/clients/:userId", owner(clients), run);
    router.get("/recent", enforce(...recent), run);
    router.get("/personal", enforce(...personal), run);
    router.get("/client-scopes", enforce(...clientScopes), run);

    const app = new Koa();
    app.use(open.routes()).use(guard).use(router.routes());
    return listen(createServer(app.callback()));
  },
};
