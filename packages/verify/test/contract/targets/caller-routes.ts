import type { HandlerRules } from "@usher-auth/verify/node";
import { ownerRules, routePolicies } from "../caller-rules.ts";

/** One handler of an app whose patterns are the guard's own. */
export interface CallerRoute extends HandlerRules {
  readonly path: string | readonly string[];
}

const { support, orgAdmin, clients } = ownerRules;
const { recent, personal, clientScopes } = routePolicies;

/** The handlers of an app of callers without a router, and without `GET /greeting`. */
export const callerRoutes: readonly CallerRoute[] = [
  { path: "/orgs/:orgId/users/:userId", owner: orgAdmin },
  { path: "/support/:userId", owner: support },
  { path: "/clients/:userId", owner: clients },
  { path: "/recent", policies: recent },
  { path: "/personal", policies: personal },
  { path: "/client-scopes", policies: clientScopes },
  { path: ["/me", "/users/:userId", "/orgs/:orgId", "/memberships/:memberOrg"] },
];

/** Finds the handler of a request, by the first segment of its path. The last handler gets all others. */
export function handlerFor<Handler>(
  handlers: readonly { readonly route: CallerRoute; readonly run: Handler }[],
  url: string,
): Handler {
  const { pathname } = new URL(url, "http://localhost");
  const isFor = ({ route }: { readonly route: CallerRoute }) =>
    [route.path].flat().some((path) => path.split("/").length === pathname.split("/").length) &&
    [route.path].flat().some((path) => path.split("/")[1] === pathname.split("/")[1]);
  const found = handlers.find(isFor) ?? handlers.at(-1);
  if (found === undefined) throw new Error("no handler");
  return found.run;
}
