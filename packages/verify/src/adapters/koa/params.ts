import type { Context } from "koa";
import type { RouteParams } from "../../access/owner.ts";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { forgetRule, recordLayers, ruleOf } from "./layers.ts";
import { readPlainParams } from "./plain-params.ts";

/** The check of one guard. */
export interface ParamsCheck {
  readonly ownerParams: readonly string[];
  /**
   * Checks parameters. Throws to stop the router that sets them.
   *
   * @param declared The names of all parameters in the route's pattern, if they are known.
   * @param stated The owner rule of the route, and the route's owner parameters, of all guards.
   */
  check(params: RouteParams, declared: readonly string[] | undefined, stated: StatedFor | undefined): void;
}

/** An owner rule, and the owner parameters of its route. */
interface StatedFor {
  readonly rule: OwnerRule<never>;
  readonly ownerParams: readonly string[];
}

/** The checks of the guards that accepted a request. */
const checks: unique symbol = Symbol("usher.checks");
/** The patterns that routers have set. */
const patterns: unique symbol = Symbol("usher.patterns");
/** The router that runs. */
const currentRouter: unique symbol = Symbol("usher.router");

interface GuardedContext extends Context {
  [checks]?: ParamsCheck[];
  [patterns]?: Partial<Record<PatternName, unknown>>;
  [currentRouter]?: unknown;
}

/**
 * Where routers store a route's pattern: @koa/router and koa-router after the parameters; koa-route, which
 * stores nothing else.
 */
const patternPlaces = ["routerPath", "routePath"] as const;
type PatternName = (typeof patternPlaces)[number];

/**
 * Runs `check` on everything that a router sets before it runs a route: `ctx.params`, as a whole or one by
 * one, and the pattern. Parameters are checked again whenever they are read. What is already set is checked
 * immediately.
 */
export function interceptParams(context: GuardedContext, check: ParamsCheck): void {
  interceptPatterns(context.app.context);
  const known = context[checks];
  if (known === undefined) {
    context[checks] = [check];
    watchParams(context as { params?: RouteParams }, context[checks]);
    watchParams(context.request as unknown as { params?: RouteParams }, context[checks]);
  } else known.push(check);
  // Reading checks what a router has already set.
  void context.params;
  // A router may have set it before the guard ran, or before the prototype had the accessor.
  for (const place of ["router", ...patternPlaces]) {
    const value: unknown = context[place];
    if (Object.hasOwn(context, place)) delete context[place];
    if (value !== undefined) context[place] = value;
  }
}

function watchParams(target: { params?: RouteParams | undefined }, allChecks: readonly ParamsCheck[]): void {
  let current = target.params;
  Object.defineProperty(target, "params", {
    configurable: true,
    enumerable: true,
    get: () => {
      if (current) runChecks(allChecks, current);
      return current;
    },
    set: (params: RouteParams) => {
      // The next layer reuses the object, and is none that was recorded: the rule is not its own.
      if (params === current) forgetRule(params);
      const names = namesOfRoute(target, params);
      runChecks(allChecks, params);
      if (names.length > 0) runChecks(allChecks, params, names);
      current = isEmpty(params) ? checkWhenFilled(params, allChecks) : params;
    },
  });
}

/**
 * The names in the pattern of koa-better-router, which sets `ctx.route` before the parameters of that route.
 */
function namesOfRoute(target: object, params: RouteParams): readonly string[] {
  const { route } = target as { route?: { path?: unknown; params?: unknown } | undefined };
  return params && route?.params === params ? patternNames(route.path) : [];
}

/** For a router that sets an empty object and fills it later. Its handler may never read `ctx.params`. */
function checkWhenFilled(params: RouteParams, allChecks: readonly ParamsCheck[]): RouteParams {
  return new Proxy(params, {
    set: (target, name, value) => {
      runChecks(allChecks, { ...target, [name]: value });
      return Reflect.set(target, name, value);
    },
  });
}

function runChecks(
  allChecks: readonly ParamsCheck[],
  params: RouteParams,
  declared?: readonly string[],
): void {
  const rule = ruleOf(params);
  const stated = rule && { rule, ownerParams: ownerParamsOf(allChecks, params, declared) };
  for (const one of allChecks) one.check(params, declared, stated);
}

/** Of all guards: a rule without `params` is for the only owner parameter of the path. */
function ownerParamsOf(
  allChecks: readonly ParamsCheck[],
  params: RouteParams,
  declared: readonly string[] = [],
): readonly string[] {
  const all = new Set(allChecks.flatMap((one) => one.ownerParams));
  return [...all].filter((name) => name in params || declared.includes(name));
}

function isEmpty(params: RouteParams): boolean {
  for (const _name in params) return false;
  return true;
}

const interceptedPrototypes = new WeakSet<object>();

/** Defines accessors on the prototype of an app's contexts. On each context they would cost more. */
function interceptPatterns(prototype: object): void {
  if (interceptedPrototypes.has(prototype)) return;
  interceptedPrototypes.add(prototype);
  interceptRouter(prototype);
  for (const place of patternPlaces) {
    // The accessor of another copy of this package.
    const earlier = Object.getOwnPropertyDescriptor(prototype, place);
    Object.defineProperty(prototype, place, {
      configurable: true,
      enumerable: true,
      get(this: GuardedContext) {
        return this[patterns]?.[place];
      },
      set(this: GuardedContext, pattern: unknown) {
        earlier?.set?.call(this, pattern);
        this[patterns] = { ...this[patterns], [place]: pattern };
        const allChecks = this[checks];
        const names = allChecks === undefined ? [] : patternNames(pattern);
        if (allChecks === undefined || names.length === 0) return;
        const params = place === "routerPath" ? (this.params ?? {}) : readPlainParams(pattern, this.path);
        runChecks(allChecks, params ?? {}, names);
      },
    });
  }
}

/** `ctx.router`: set before a router creates the first parameters. */
function interceptRouter(prototype: object): void {
  const earlier = Object.getOwnPropertyDescriptor(prototype, "router");
  Object.defineProperty(prototype, "router", {
    configurable: true,
    enumerable: true,
    get(this: GuardedContext) {
      return this[currentRouter];
    },
    set(this: GuardedContext, router: unknown) {
      earlier?.set?.call(this, router);
      this[currentRouter] = router;
      if (this[checks] !== undefined) recordLayers(router);
    },
  });
}
