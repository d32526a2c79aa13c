import { Get, Param } from "@nestjs/common";
import { OptionalAuth, Owner, Principal, RequirePolicies } from "@usher-auth/verify/nestjs";
import { ownerRules, routePolicies } from "../caller-rules.ts";
import type { Handle } from "../target.ts";
import { decorate } from "./nest-decorate.ts";

export function createCallersController(handle: Handle): new () => object {
  const { support, orgAdmin, clients } = ownerRules;
  const { recent, personal, clientScopes } = routePolicies;
  const run = (principal: Principal, params: Record<string, string>): object => handle({ principal, params });
  class CallersController {
    greeting(principal: Principal | null): object {
      handle({ principal });
      return { principal: principal?.id ?? null };
    }
  }
  const handlers: Record<string, MethodDecorator[]> = {
    me: [Get("/me")],
    own: [Get(["/users/:userId", "/orgs/:orgId", "/memberships/:memberOrg"])],
    orgAdmin: [Get("/orgs/:orgId/users/:userId"), Owner(orgAdmin)],
    support: [Get("/support/:userId"), Owner(support)],
    clients: [Get("/clients/:userId"), Owner(clients)],
    recent: [Get("/recent"), RequirePolicies(...recent)],
    personal: [Get("/personal"), RequirePolicies(...personal)],
    clientScopes: [Get("/client-scopes"), RequirePolicies(...clientScopes)],
  };
  // Each handler is a separate function: Nest keeps metadata by function.
  for (const name of Object.keys(handlers)) {
    const value = (...given: Parameters<typeof run>) => run(...given);
    Object.defineProperty(CallersController.prototype, name, { value, configurable: true, writable: true });
  }
  return decorate(CallersController, {
    ...Object.fromEntries(
      Object.entries(handlers).map(([name, method]) => [
        name,
        { method, parameters: [Principal(), Param()] },
      ]),
    ),
    greeting: { method: [Get("/greeting"), OptionalAuth()], parameters: [Principal()] },
  });
}
