import type { OwnerRule } from "../../access/owner-rule.ts";
import { type Policy, readPolicies } from "../../access/policies.ts";
import { type CheckedRules, readRouteRules } from "../../access/route-rules.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { ConfigurationError } from "../../errors.ts";
import { accessOf, levelsOf, type Mark, ownersOf } from "./levels.ts";

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
   * `true` accepts requests without a token: use `optionalPrincipal`. A token that is sent must be valid. The
   * route's path is not restricted to its owner, since anyone may call it.
   */
  optionalAuth?: boolean;
  /** Who else may use the route, although its path belongs to someone else. Default: no one. */
  owner?: OwnerRule<Claims>;
  /**
   * What the route requires in addition to a valid token and the owner's path: `requireScopes(...)`,
   * `requireClaim(...)`.
   */
  policies?: readonly Policy<Claims>[];
};

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
  creations.set(fn, ++created);
  const opening = opens.find((name) => options[name] !== undefined);
  return createHook("derive", marked, () => {
    if (opening !== undefined) refuseWithoutCallback(opening);
    appWide.add(fn);
  });
}

/** When each mark was created. One of another copy of this package is not here. */
const creations = new WeakMap<HookFunction, number>();
let created = 0;
/** The marks that an app uses for all of its routes. */
const appWide = new WeakSet<HookFunction>();

function readMark<Claims>(fn: HookFunction): Mark<Claims> | undefined {
  const options = (fn as Marked)[optionsKey] as RouteOptions<Claims> | undefined;
  return options && { options, created: creations.get(fn), isAppWide: appWide.has(fn) };
}

/** The options that open a route to others. */
const opens = ["public", "optionalAuth", "owner"] as const;

/** Elysia also applies hooks of `guard()` to earlier routes of the app, if those have no options. */
function refuseWithoutCallback(name: string): void {
  throw new ConfigurationError(
    `usher: set \`${name}\` in the options of a route, of group(), or of guard() with a callback. Without one, guard() would also open earlier routes.`,
  );
}

/** The hooks of a route, and options that Elysia has not turned into a hook. */
export type RouteHooks = RouteOptions<never> & {
  readonly transform?: readonly { readonly fn: HookFunction }[];
};

/**
 * Combines the options of a route with those of its groups and guards. The innermost one says who may call
 * the route. The policies of all of them apply.
 *
 * @throws {ConfigurationError} Invalid rules, or policies on a route where a token is optional.
 */
export function readMarks<Claims>({ transform = [], ...left }: RouteHooks): CheckedRules<Claims> {
  const marks = transform.flatMap(({ fn }) => readMark<Claims>(fn) ?? []);
  // What Elysia left may be an option of the app's own macro with that name: it opens no path to others.
  marks.push({
    options: { public: left.public, policies: left.policies as RouteOptions<Claims>["policies"] },
    created: 0,
    isAppWide: false,
  });
  const policies = marks.flatMap(({ options }) => readPolicies(options.policies, "usher"));
  const levels = levelsOf(marks);
  const access = levels.map(accessOf).find((one) => one !== undefined) ?? "required";
  const owner = levels.map(ownersOf).find((owners) => owners.length > 0);
  // A request without a token cannot satisfy policies.
  if (access === "optional") readRouteRules({ optionalAuth: true, policies }, "usher");
  return {
    access,
    policies,
    owner: access === "required" && owner?.length === 1 ? owner[0] : undefined,
  };
}
