import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { enforce, optionalAuth, owner, type UsherEnv, usher } from "@usher-auth/verify/hono";
import { type Context, Hono } from "hono";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";
import { listen } from "./server.ts";

export const honoCallers: TargetCallers = {
  async start(options, handle) {
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const run = (c: Context<UsherEnv>) =>
      c.json(handle({ principal: c.var.principal, params: c.req.param() as Record<string, string> }));
    const open = new Hono();
    open.get("/greeting", optionalAuth(options), (c) => {
      const { optionalPrincipal: principal } = c.var;
      handle({ principal });
      return c.json({ principal: principal?.id ?? null });
    });
    const app = usher(open, options);
    app.get("/me", run);
    app.get("/users/:userId", run);
    app.get("/orgs/:orgId", run);
    app.get("/memberships/:memberOrg", run);
    app.get("/orgs/:orgId/users/:userId", owner(orgAdmin), run);
    app.get("/support/:userId", owner(support), run);
    app.get("/clients/:userId", owner(clients), run);
    app.get("/recent", enforce(...recent), run);
    app.get("/personal", enforce(...personal), run);
    app.get("/client-scopes", enforce(...clientScopes), run);
    return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
  },
};
