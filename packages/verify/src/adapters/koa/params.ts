import type { Context } from "koa";
import type { RouteParams } from "../../access/owner.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { readPlainParams } from "./plain-params.ts";

/**
 * Checks parameters. Throws to stop the router that sets them.
 *
 * @param declared The names of all parameters in the route's pattern, if they are known.
 */
export type CheckParams = (params: RouteParams, declared?: readonly string[]) => void;

/** The checks of the guards that accepted a request. */
const checks: unique symbol = Symbol("usher.checks");
/** The patterns that routers have set. */
const patterns: unique symbol = Symbol("usher.patterns");

interface GuardedContext extends Context {
  [checks]?: CheckParams[];
  [patterns]?: Partial<Record<PatternName, unknown>>;
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
export function interceptParams(context: GuardedContext, check: CheckParams): void {
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
  for (const place of patternPlaces) {
    const pattern: unknown = context[place];
    if (Object.hasOwn(context, place)) delete context[place];
    if (pattern !== undefined) context[place] = pattern;
  }
}

function watchParams(target: { params?: RouteParams | undefined }, allChecks: readonly CheckParams[]): void {
  let current = target.params;
  Object.defineProperty(target, "params", {
    configurable: true,
    enumerable: true,
    get: () => {
      if (current) for (const check of allChecks) check(current);
      return current;
    },
    set: (params: RouteParams) => {
      const names = namesOfRoute(target, params);
      for (const check of allChecks) {
        check(params);
        if (names.length > 0) check(params, names);
      }
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
function checkWhenFilled(params: RouteParams, allChecks: readonly CheckParams[]): RouteParams {
  return new Proxy(params, {
    set: (target, name, value) => {
      for (const check of allChecks) check({ ...target, [name]: value });
      return Reflect.set(target, name, value);
    },
  });
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
        for (const check of allChecks) check(params ?? {}, names);
      },
    });
  }
}
