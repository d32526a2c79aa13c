import { createServer } from "node:http";
import { enforce, owner, usher } from "@usher-auth/verify/express";
import type express5 from "express";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";
import { listen } from "./server.ts";

export function expressCallers(express: typeof express5): TargetCallers {
  return {
    async start(options, handle) {
      const { support, orgAdmin, clients } = ownerRules;
      const { recent, personal, clientScopes } = routePolicies;
      const run: express5.RequestHandler = ({ principal, params }, response) => {
        response.json(handle({ principal, params: params as Record<string, string> }));
      };
      const guard = usher(options);
      const app = express();
      app.get("/greeting", guard.optional, ({ optionalPrincipal }, response) => {
        handle({ principal: optionalPrincipal });
        response.json({ principal: optionalPrincipal?.id ?? null });
      });
      app.use(guard);
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
      return listen(createServer(app));
    },
  };
}
