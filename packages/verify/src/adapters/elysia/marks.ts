import { type Policy, readPolicies } from "../../access/policies.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { ConfigurationError } from "../../errors.ts";

/**
 * What a route may say: `app.get("/health", handler, { public: true })`.
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
  /** `true` lets everybody in, unverified. Every other route needs a valid token. */
  public?: boolean;
  /**
   * What the route asks for besides a valid token and the owner's path: `requireScopes(...)`,
   * `requireClaim(...)`.
   */
  policies?: readonly Policy<Claims>[];
};

/** What a route comes to, of its own options and of those of the guards and groups that it is in. */
export interface Demands<Claims> {
  readonly public: boolean;
  readonly policies: readonly Policy<Claims>[];
}

/**
 * A function that Elysia runs for a route, and that returns an answer or what is added to the context, be it
 * `{}`. Elysia reads its text, to see what of the context has to be prepared.
 */
// biome-ignore lint/suspicious/noExplicitAny: of whatever an app has added to its context.
export type HookFunction = (context: any) => object | Promise<object>;

/**
 * Where Elysia runs it: `local` for the routes of its app, `scoped` for those of the parent too, `global`
 * everywhere.
 */
type Scope = "local" | "scoped" | "global";

/** A hook as Elysia keeps it. */
export interface Hook {
  readonly fn: HookFunction;
  /**
   * It may answer, and adds what else it returns to the context. `derive` comes before validation, `resolve`
   * after it.
   */
  readonly subType: "derive" | "resolve";
  /** Whether what it returns is waited for. Elysia would guess by its text. */
  readonly isAsync: boolean;
  /** Elysia leaves out a hook that has the same one as an earlier hook. */
  checksum: unknown;
  scope: Scope;
}

const width: Readonly<Record<Scope, number>> = { local: 0, scoped: 1, global: 2 };

/**
 * A hook that is nobody's duplicate: Elysia would number the hooks of a named app all alike, and leave out
 * some of them where the app is used twice. Nor does its scope get narrower when the options that it came by
 * are used elsewhere.
 *
 * @param onScope Told when an app takes the hook for its routes in general, and not a route for itself.
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
      if (width[next] > width[scope]) scope = next;
    },
  };
}

/** Where a hook says which options it stands for: the same in every copy of this package. */
const standsFor = Symbol.for("usher-auth.elysia.options");
type Marked = HookFunction & { readonly [standsFor]?: RouteOptions<unknown> };

/**
 * The hook that stands for one of a route's options.
 *
 * @param fn What it does when it runs.
 */
export function createMark<Claims>(options: RouteOptions<Claims>, fn: HookFunction): Hook {
  const marked: Marked = Object.assign(fn, { [standsFor]: options as RouteOptions<unknown> });
  return createHook("derive", marked, options.public === undefined ? undefined : refuseAtLarge);
}

/**
 * Elysia gives the hooks of `guard()` to routes of the app that were there before it, too, if they have no
 * options.
 */
function refuseAtLarge(): void {
  throw new ConfigurationError(
    "usher: `public` belongs to a route's own options, to group(), or to guard() with a callback; by itself, guard() would open earlier routes.",
  );
}

/** The hooks of a route, and what it says where Elysia has not turned it into a hook. */
export type RouteHooks = RouteOptions<never> & {
  readonly transform?: readonly { readonly fn: HookFunction }[];
};

/**
 * What the options of a route come to, and of all the guards and groups that it is in.
 *
 * @throws {ConfigurationError} What is no list of policies.
 */
export function readMarks<Claims>({ transform = [], ...own }: RouteHooks): Demands<Claims> {
  const said = [...transform.map(({ fn }) => (fn as Marked)[standsFor] ?? {}), own] as RouteOptions<Claims>[];
  let open = false;
  for (const options of said) {
    if (options.public !== undefined) open = options.public === true;
    // A later word for policies closes what an earlier one has opened.
    else if (options.policies !== undefined) open = false;
  }
  return { public: open, policies: said.flatMap(({ policies }) => readPolicies(policies, "usher")) };
}
