import { createServer } from "node:http";
import type { Policy } from "@usher-auth/verify";
import { enforce, optionalPrincipalOf, principalOf, usher } from "@usher-auth/verify/h3-v1";
import { createApp, createRouter, defineEventHandler, getRouterParams, toNodeListener } from "h3-v1";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { TargetCallers } from "../target.ts";
import { listen } from "./server.ts";

export const h3V1Callers: TargetCallers = {
  async start(options, handle) {
    const { support, orgAdmin, clients } = ownerRules;
    const { recent, personal, clientScopes } = routePolicies;
    const guard = usher({
      ...options,
      routes: {
        "GET /orgs/:orgId/users/:userId": { owner: orgAdmin },
        "GET /support/:userId": { owner: support },
        "GET /clients/:userId": { owner: clients },
        "GET /greeting": { optionalAuth: true },
      },
    });
    const answer = defineEventHandler((event) =>
      handle({ principal: principalOf(event), params: getRouterParams(event, { decode: true }) }),
    );
    const router = createRouter();
    for (const path of ["/me", "/users/:userId", "/orgs/:orgId", "/memberships/:memberOrg"])
      router.get(path, answer);
    for (const path of ["/orgs/:orgId/users/:userId", "/support/:userId", "/clients/:userId"])
      router.get(path, answer);
    const get = (path: string, [policy]: readonly [Policy]) =>
      router.get(path, defineEventHandler({ onRequest: enforce(policy), handler: answer }));
    get("/recent", recent);
    get("/personal", personal);
    get("/client-scopes", clientScopes);
    router.get(
      "/greeting",
      defineEventHandler((event) => {
        const principal = optionalPrincipalOf(event);
        handle({ principal });
        return { principal: principal?.id ?? null };
      }),
    );
    return listen(createServer(toNodeListener(createApp().use(defineEventHandler(guard)).use(router))));
  },
};
