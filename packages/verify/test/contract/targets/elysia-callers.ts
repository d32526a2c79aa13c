import type { AddressInfo } from "node:net";
import { node } from "@elysiajs/node";
import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";
import { listen } from "./elysia-server.ts";

export const elysiaCallers: TargetCallers = {
  async start(options, handle) {
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const app = new Elysia({ adapter: node() })
      .use(usher(options))
      .get("/me", ({ principal }) => handle({ principal }))
      .get("/users/:userId", ({ principal, params }) => handle({ principal, params }))
      .get("/orgs/:orgId", ({ principal, params }) => handle({ principal, params }))
      .get("/memberships/:memberOrg", ({ principal, params }) => handle({ principal, params }))
      .get("/orgs/:orgId/users/:userId", ({ principal, params }) => handle({ principal, params }), {
        owner: orgAdmin,
      })
      .get("/support/:userId", ({ principal, params }) => handle({ principal, params }), { owner: support })
      .get("/clients/:userId", ({ principal, params }) => handle({ principal, params }), { owner: clients })
      .get("/recent", ({ principal }) => handle({ principal }), { policies: recent })
      .get("/personal", ({ principal }) => handle({ principal }), { policies: personal })
      .get("/client-scopes", ({ principal }) => handle({ principal }), { policies: clientScopes })
      .get(
        "/greeting",
        ({ optionalPrincipal }) => {
          handle({ principal: optionalPrincipal });
          return { principal: optionalPrincipal?.id ?? null };
        },
        { optionalAuth: true },
      );
    const server = await listen(app);
    return {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};
