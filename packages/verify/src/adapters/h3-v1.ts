import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type RouteAccess } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { patternNames } from "../access/pattern-names.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { answerWith } from "../http/answers.ts";
import { authorizationOf } from "../http/authorization.ts";
import { hasQueryToken } from "../http/request-target.ts";
import { holdParams, Refused } from "./h3-v1/params.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./h3-v1/backchannel-logout.ts";

/** An event of h3 1, as far as the guard goes. */
export interface H3V1Event {
  readonly node: { readonly req: IncomingMessage; readonly res: ServerResponse };
  // biome-ignore lint/suspicious/noExplicitAny: h3's own type of it.
  readonly context: Record<string, any>;
  readonly path: string;
}

/**
 * Options of {@link usher}: those of a guard.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/h3-v1";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions<Claims = TokenClaims> = GuardOptions<Claims, H3V1Event>;

/** A handler of h3 1's that answers only where it refuses. */
export type UsherHandler = (event: H3V1Event) => Promise<void>;

type Enforce = (policies: readonly Policy<never>[]) => boolean;

/** By event: what the guard that let it in last found out. */
const principals = new WeakMap<H3V1Event, Principal<unknown>>();
const enforcers = new WeakMap<H3V1Event, Enforce>();

/**
 * Guards an app of h3 1, which Nuxt 4 and Nitro 2 run on: `app.use(defineEventHandler(usher({ verifier,
 * ownerParam })))`, or `export default defineEventHandler(usher(...))` in a middleware file. Everything
 * behind it needs a valid token, unknown paths too; what stands before it is public.
 *
 * Whenever a router then sets `event.context.params`, the owner parameter among them is held to the
 * principal, and the handler of another user's path does not run. h3 hands a parameter out as sent or
 * decoded; the guard judges the decoded one and leaves that one for both. Does not check ids in bodies and
 * queries, nor paths that your own code takes apart, and **does not guard WebSockets**: h3 1 asks no
 * middleware about the upgrade of a `defineWebSocketHandler`.
 *
 * Put it behind CORS, which answers preflights.
 *
 * @throws {ConfigurationError} A bad option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { principalOf, usher } from "@usher-auth/verify/h3-v1";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * // app.use(defineEventHandler(guard));
 * // router.get("/api/:userId/tasks", defineEventHandler((event) => ({ owner: principalOf(event).id })));
 * ```
 */
export function usher<Claims = TokenClaims>(options: UsherOptions<Claims>): UsherHandler {
  const guard = createGuard<Claims, H3V1Event>(options);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  return async function protect(event) {
    const { req } = event.node;
    let principal: Principal<Claims>;
    try {
      principal = await guard.admit({
        authorization: authorizationOf(req),
        tokenInQuery: hasQueryToken(event.path),
        params: event.context.params ?? {},
        ownerParams: findOwnerParams(event.context.params ?? {}),
        source: event,
      });
    } catch (error) {
      return refuse(error, event);
    }
    principals.set(event, principal);
    enforcers.set(event, (policies) =>
      authorize(event, principal, () => ({
        params: {},
        ownerParams: [],
        policies: policies as readonly Policy<Claims>[],
      })),
    );
    event.context.principal = principal;
    holdParams(event.context, guard.ownerParams, (params) => {
      // Set before the parameters. A path with `:userId` in it, to the letter, fits the pattern and has no
      // parameter.
      const { path }: { path?: string } = event.context.matchedRoute ?? {};
      const names = path === undefined ? undefined : patternNames(path);
      const isOwn = authorize(event, principal, () => ({
        params,
        ownerParams: findOwnerParams(params, names),
      }));
      if (!isOwn) throw new Refused();
    });
  };

  /** Whether the principal may; if not, the request is answered. */
  function authorize(
    event: H3V1Event,
    principal: Principal<Claims>,
    access: () => RouteAccess<Claims>,
  ): boolean {
    try {
      guard.authorize(principal, access());
      return true;
    } catch (error) {
      refuse(error, event);
      return false;
    }
  }

  function refuse(error: unknown, event: H3V1Event): void {
    if (!isAuthError(error)) throw error;
    answerWith(guard.refuse(error, event), event.node.res);
  }
}

/**
 * What a route asks for besides: `defineEventHandler({ onRequest: enforce(requireScopes("x:write")), handler
 * })`, or before the handler's own code, `await enforce(requireScopes("x:write"))(event)`. It throws where it
 * has refused. It must stand behind {@link usher}; elsewhere it is an error of the app's, answered 500.
 *
 * @throws {ConfigurationError} What is no policy, or none at all.
 *
 * @example
 * ```ts
 * import { requireScopes } from "@usher-auth/verify";
 * import { enforce } from "@usher-auth/verify/h3-v1";
 *
 * const onRequest = enforce(requireScopes("tasks:write"));
 * // router.post("/tasks", defineEventHandler({ onRequest, handler }));
 * ```
 */
export function enforce<Claims = TokenClaims>(
  ...policies: readonly [Policy<Claims>, ...Policy<Claims>[]]
): UsherHandler {
  const checked = readPolicies(policies, "enforce") as readonly Policy<never>[];
  if (checked.length === 0) throw new ConfigurationError("enforce: name at least one policy.");
  return async (event) => {
    const enforcer = enforcers.get(event);
    if (enforcer === undefined) throw new Error("enforce: no usher(...) stands before this route.");
    if (!enforcer(checked)) throw new Refused();
  };
}

/**
 * Who the verified token speaks for; `event.context.principal` is the same, without a type.
 *
 * @throws {Error} No guard let this request in.
 *
 * @example
 * ```ts
 * import { type H3V1Event, principalOf } from "@usher-auth/verify/h3-v1";
 *
 * export const tasks = (event: H3V1Event): object => ({ tasks: [], owner: principalOf(event).id });
 * ```
 */
export function principalOf<Claims = TokenClaims>(event: H3V1Event): Principal<Claims> {
  const principal = principals.get(event);
  if (principal === undefined)
    throw new Error("No principal was verified for this request: no usher(...) let it in.");
  return principal as Principal<Claims>;
}
