import { type Policy, readPolicies } from "../../access/policies.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { ConfigurationError } from "../../errors.ts";

/**
 * The options that the guard adds to a route: `app.get("/health", handler, { public: true })`.
 *
 * @example
 * ```ts
 * import { requireScopes, verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/elysia";
 * import { Elysia } from "elysia";
 *
 * new Elysia()
 *   .use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }))
 *   .get("/health", () => ({ status: "ok" }), { public: true })
 *   .post("/tasks", () => "created", { policies: [requireScopes("tasks:write")] });
 * ```
 */
export type RouteOptions<Claims = TokenClaims> = {
  /** `true` makes the route public. Every other route requires a valid token. */
  public?: boolean;
  /**
   * What the route requires in addition to a valid token and the owner's path: `requireScopes(...)`,
   * `requireClaim(...)`.
   */
  policies?: readonly Policy<Claims>[];
};

/** What a route requires, according to its options and those of its groups and guards. */
export interface RouteRequirements<Claims> {
  readonly public: boolean;
  readonly policies: readonly Policy<Claims>[];
}

/**
 * A function that Elysia runs for a route. It returns a response, or an object that is added to the context.
 * Elysia parses its source to find out which properties of the context it needs.
 */
// biome-ignore lint/suspicious/noExplicitAny: of whatever an app has added to its context.
export type HookFunction = (context: any) => object | Promise<object>;

/**
 * Where a hook runs: `local` for the routes of its app, `scoped` also for the parent's, `global` everywhere.
 */
type Scope = "local" | "scoped" | "global";

/** A hook as Elysia stores it. */
export interface Hook {
  readonly fn: HookFunction;
  /**
   * Both kinds may respond, and add other results to the context. `derive` runs before validation, `resolve`
   * after it.
   */
  readonly subType: "derive" | "resolve";
  /** Whether Elysia awaits the result. It would otherwise guess from the source. */
  readonly isAsync: boolean;
  /** Elysia drops a hook that has the same checksum as an earlier one. */
  checksum: unknown;
  scope: Scope;
}

const breadth: Readonly<Record<Scope, number>> = { local: 0, scoped: 1, global: 2 };

/**
 * Creates a hook that Elysia never drops as a duplicate. Elysia gives all hooks of a named app the same
 * checksum, and drops some of them if the app is used twice. The hook's scope never gets narrower, even if
 * its options are used in another app.
 *
 * @param onScope Called when an app uses the hook for all of its routes, and not for one route.
 */
export function createHook(subType: Hook["subType"], fn: HookFunction, onScope?: () => void): Hook {
  const checksum = {};
  let scope: Scope = "local";
  return {
    fn,
    subType,
    isAsync: fn.constructor.name === "AsyncFunction",
    get checksum() {
      return checksum;
    },
    set checksum(_number) {},
    get scope() {
      return scope;
    },
    set scope(next) {
      onScope?.();
      if (breadth[next] > breadth[scope]) scope = next;
    },
  };
}

/** The property of a hook that has its options. All copies of this package share it. */
const optionsKey = Symbol.for("usher-auth.elysia.options");
type Marked = HookFunction & { readonly [optionsKey]?: RouteOptions<unknown> };

/**
 * Creates the hook that carries one of a route's options.
 *
 * @param fn What the hook does when it runs.
 */
export function createMark<Claims>(options: RouteOptions<Claims>, fn: HookFunction): Hook {
  const marked: Marked = Object.assign(fn, { [optionsKey]: options as RouteOptions<unknown> });
  return createHook("derive", marked, options.public === undefined ? undefined : refuseWithoutCallback);
}

/** Elysia also applies hooks of `guard()` to earlier routes of the app, if those have no options. */
function refuseWithoutCallback(): void {
  throw new ConfigurationError(
    "usher: set `public` in the options of a route, of group(), or of guard() with a callback. Without one, guard() would also make earlier routes public.",
  );
}

/** The hooks of a route, and options that Elysia has not turned into a hook. */
export type RouteHooks = RouteOptions<never> & {
  readonly transform?: readonly { readonly fn: HookFunction }[];
};

/**
 * Combines the options of a route with those of its groups and guards.
 *
 * @throws {ConfigurationError} An invalid list of policies.
 */
export function readMarks<Claims>({ transform = [], ...own }: RouteHooks): RouteRequirements<Claims> {
  const all = [...transform.map(({ fn }) => (fn as Marked)[optionsKey] ?? {}), own] as RouteOptions<Claims>[];
  let isPublic = false;
  for (const options of all) {
    if (options.public !== undefined) isPublic = options.public === true;
    // Policies that come after `public` close the route again.
    else if (options.policies !== undefined) isPublic = false;
  }
  return { public: isPublic, policies: all.flatMap(({ policies }) => readPolicies(policies, "usher")) };
}
