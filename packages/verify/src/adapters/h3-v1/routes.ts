import { type CheckedPathRoute, type HandlerRules, readPathRoute } from "../../access/path-route.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { ConfigurationError } from "../../errors.ts";

/**
 * Who else may call a route. h3 1 has no place for this in the route itself: the guard runs before the
 * router.
 *
 * @example
 * ```ts
 * import { requireClaim } from "@usher-auth/verify";
 * import type { H3V1RouteRules } from "@usher-auth/verify/h3-v1";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 * export const routes: Readonly<Record<string, H3V1RouteRules>> = {
 *   "GET /api/:userId/tasks": { owner: { or: [isSupport] } },
 *   "GET /api/greeting": { optionalAuth: true },
 * };
 * ```
 */
export type H3V1RouteRules<Claims = TokenClaims> = Pick<
  HandlerRules<Claims, boolean>,
  "owner" | "optionalAuth"
>;

/** A route with rules. */
export interface RuledRoute<Claims> extends CheckedPathRoute<Claims> {
  readonly method: string;
  readonly path: string;
}

/** Finds the rules of a request by its method and its whole path, not decoded. The most exact pattern counts. */
export type FindRoute<Claims> = (method: string, path: string) => RuledRoute<Claims> | undefined;

/** @throws {ConfigurationError} A key without a method, an invalid pattern or rule. */
export function readRoutes<Claims>(
  routes: Readonly<Record<string, H3V1RouteRules<Claims>>> | undefined,
  ownerParams: readonly string[],
): FindRoute<Claims> {
  const all = Object.entries(routes ?? {})
    .map(([key, rules]) => readRoute(key, rules, ownerParams))
    .sort((one, other) => rank(one.path).localeCompare(rank(other.path)));
  return (method, path) => all.find((route) => route.method === method && route.match(path) !== undefined);
}

/** Several rules may match a path. The router prefers, from left to right, a literal segment to a parameter. */
function rank(path: string): string {
  const ranks = path.split("/").map((part) => (part === "*" ? 2 : part.startsWith(":") ? 1 : 0));
  return ranks.join();
}

function readRoute<Claims>(
  key: string,
  rules: H3V1RouteRules<Claims>,
  ownerParams: readonly string[],
): RuledRoute<Claims> {
  const match = /^([A-Z]+) (\/.*)$/.exec(key);
  if (match === null)
    throw new ConfigurationError(
      `routes: ${JSON.stringify(key)} must be a method and the whole path, as in "GET /api/:userId/tasks".`,
    );
  if ("policies" in rules) throw new ConfigurationError(`routes: ${key}: use enforce(...) for policies.`);
  const [, method, path] = match as unknown as readonly [string, string, string];
  return { method, path, ...readPathRoute({ ...rules, path }, ownerParams) };
}

/**
 * Whether the router chose this route: its pattern is that of the rules, or the end of it, if the router is
 * below a base (`useBase`). The parameters of both are then the same.
 */
export function isChosen({ path }: RuledRoute<never>, pattern: string | undefined): boolean {
  return pattern?.startsWith("/") === true && path.endsWith(pattern);
}
