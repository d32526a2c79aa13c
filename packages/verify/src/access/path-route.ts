import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError } from "../errors.ts";
import type { Guard, GuardedRequest, RouteAccess } from "./guard.ts";
import type { RouteParams } from "./owner.ts";
import type { FindOwnerParams } from "./owner-params.ts";
import { checkOwnerRule, type OwnerRule } from "./owner-rule.ts";
import { createPathMatcher, type MatchPath, type PathParams } from "./path-pattern.ts";
import type { Policy } from "./policies.ts";
import { type CheckedRules, type RouteRules, readRouteRules } from "./route-rules.ts";
import { refuseMisspelling } from "./route-table.ts";

/**
 * What a handler requires. Without any rule, it requires a token and the owner. There is no `public`: a
 * handler that is not wrapped is public.
 *
 * @example
 * ```ts
 * import { requireScopes } from "@usher-auth/verify";
 * import type { HandlerRules } from "@usher-auth/verify/node";
 *
 * // The owner of the path, or an OAuth client with the scope.
 * export const rules: HandlerRules = { owner: { clients: [requireScopes("tasks:sync")] } };
 * ```
 */
export interface HandlerRules<Claims = TokenClaims, Optional extends boolean = false> {
  /** What the handler requires in addition to a valid token and the owner's path. Default: nothing. */
  readonly policies?: readonly Policy<Claims>[] | undefined;
  /** Who else may use the handler, although its path belongs to someone else. Default: no one. */
  readonly owner?: OwnerRule<Claims> | undefined;
  /**
   * `true` accepts requests without a token: `principal` is null then. A token that is sent must be valid.
   * The path is not restricted to its owner, since anyone may call it. Default: false.
   */
  readonly optionalAuth?: Optional | undefined;
}

/**
 * A handler's paths, for a server without a router.
 *
 * @example
 * ```ts
 * import { requireClaim } from "@usher-auth/verify";
 * import type { PathRoute } from "@usher-auth/verify/node";
 *
 * // The tasks of one user: for the user, or for support staff.
 * export const tasks: PathRoute<"/api/:userId/tasks"> = {
 *   path: "/api/:userId/tasks",
 *   owner: { or: [requireClaim(({ role }) => role === "support", "role support")] },
 * };
 * ```
 */
export interface PathRoute<Path extends string, Claims = TokenClaims, Optional extends boolean = false>
  extends HandlerRules<Claims, Optional> {
  /**
   * The pattern, or patterns, of the handler: `/api/:userId/tasks`. A parameter is one whole segment, decoded
   * once; a last segment `*` matches any rest. The first pattern that matches gives the parameters. A path
   * that matches none is a 404, so a forgotten path is closed.
   */
  readonly path: Path | readonly Path[];
}

/** What a handler gets along with its request. */
export interface Access<Params, Claims = TokenClaims, Optional extends boolean = false> {
  /** The user of the verified token. With `optionalAuth`, null if the request has none. */
  readonly principal: Principal<Claims> | (Optional extends true ? null : never);
  /** The parameters that the owner check used. Take ids from here; do not parse the URL again. */
  readonly params: Params;
}

/** An {@link Access} with the pattern that matched. Switch on its `path`. */
export type PathAccess<
  Path extends string,
  Claims = TokenClaims,
  Optional extends boolean = false,
> = Path extends string ? Access<PathParams<Path>, Claims, Optional> & { readonly path: Path } : never;

/** A {@link PathRoute} after validation. */
export interface CheckedPathRoute<Claims> {
  readonly match: MatchPath;
  readonly rules: CheckedRules<Claims>;
}

/**
 * @throws {ConfigurationError} An invalid pattern or rule, another spelling of an owner parameter, or an
 *   owner rule that does not fit one of the patterns.
 */
export function readPathRoute<Claims>(
  route: PathRoute<string, Claims, boolean>,
  ownerParams: readonly string[],
): CheckedPathRoute<Claims> {
  const match = createPathMatcher(route.path);
  const patterns = [route.path].flat();
  for (const pattern of patterns) refuseMisspelling(pattern, ownerParams);
  const rules = readHandlerRules(route, String(route.path));
  checkPatterns(rules.owner, patterns, ownerParams);
  return { match, rules };
}

/**
 * Admits a request to a wrapped handler.
 *
 * @param place The parameters of the request's path. Undefined if no pattern matches: such a path requires a
 *   token, and is never optional.
 * @throws {AuthError} Any code of the list.
 */
export function admitToHandler<Claims, Source>(
  guard: Guard<Claims, Source>,
  findOwnerParams: FindOwnerParams,
  rules: CheckedRules<Claims>,
  place: { readonly params: RouteParams } | undefined,
  credentials: Omit<GuardedRequest<Claims, Source>, keyof RouteAccess<Claims>>,
): Principal<Claims> | null | Promise<Principal<Claims> | null> {
  if (place === undefined) return guard.admit({ ...credentials, params: {}, ownerParams: [] });
  if (rules.access === "optional") return guard.admitOptional(credentials);
  const { params } = place;
  const { owner, policies } = rules;
  return guard.admit({ ...credentials, params, ownerParams: findOwnerParams(params), owner, policies });
}

/**
 * Validates the rules of a wrapped handler.
 *
 * @param where The handler, for the message.
 * @throws {ConfigurationError} As `readRouteRules`, or a handler that is both wrapped and public.
 */
export function readHandlerRules<Claims>(
  rules: HandlerRules<Claims, boolean>,
  where: string,
): CheckedRules<Claims> {
  if ((rules as RouteRules<Claims>).public !== undefined)
    throw new ConfigurationError(`${where}: a public handler is one that is not wrapped. Remove \`public\`.`);
  return readRouteRules<Claims>(rules, where);
}

/** A list of patterns may have some without an owner. The rule must fit each of the others. */
function checkPatterns<Claims>(
  rule: OwnerRule<Claims> | undefined,
  patterns: readonly string[],
  ownerParams: readonly string[],
): void {
  const owned = patterns
    .map((pattern) => ({ pattern, names: ownersIn(pattern, ownerParams) }))
    .filter(({ names }) => names.length > 0);
  for (const { pattern, names } of owned) checkOwnerRule(rule, names, pattern);
  if (owned.length === 0) checkOwnerRule(rule, [], String(patterns));
}

function ownersIn(pattern: string, ownerParams: readonly string[]): readonly string[] {
  const segments = pattern.split("/");
  return ownerParams.filter((name) => segments.includes(`:${name}`));
}
