import type { Context } from "koa";
import type { RouteParams } from "../../access/owner.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { readPlainParams } from "./plain-params.ts";

/**
 * Checks parameters, and throws what stops the router that sets them.
 *
 * @param declared The names of all those that the route's pattern has, where that is known.
 */
export type CheckParams = (params: RouteParams, declared?: readonly string[]) => void;

/** The checks of the guards that a request has passed. */
const checks: unique symbol = Symbol("usher.checks");
/** What routers have put down of their routes. */
const patterns: unique symbol = Symbol("usher.patterns");

interface HeldContext extends Context {
  [checks]?: CheckParams[];
  [patterns]?: Partial<Record<PatternName, unknown>>;
}

/**
 * Where routers put a route's pattern: @koa/router and koa-router, after its parameters; koa-route, which has
 * no other place.
 */
const patternPlaces = ["routerPath", "routePath"] as const;
type PatternName = (typeof patternPlaces)[number];

/**
 * Has everything checked that a router sets of a route before it runs it: `ctx.params`, as a whole or one by
 * one, and the pattern. They are checked again whenever they are read. What there is already is checked at
 * once.
 */
export function holdParams(context: HeldContext, check: CheckParams): void {
  holdPatterns(context.app.context);
  const known = context[checks];
  if (known === undefined) {
    context[checks] = [check];
    watchParams(context as { params?: RouteParams }, context[checks]);
    watchParams(context.request as unknown as { params?: RouteParams }, context[checks]);
  } else known.push(check);
  const { params } = context;
  if (params) check(params);
  // Set before there was a place for it, or before the guard.
  for (const place of patternPlaces) {
    const pattern: unknown = context[place];
    if (Object.hasOwn(context, place)) delete context[place];
    if (pattern !== undefined) context[place] = pattern;
  }
}

function watchParams(target: { params?: RouteParams | undefined }, toPass: readonly CheckParams[]): void {
  let current = target.params;
  Object.defineProperty(target, "params", {
    configurable: true,
    enumerable: true,
    get: () => {
      if (current) for (const check of toPass) check(current);
      return current;
    },
    set: (params: RouteParams) => {
      const names = namesOfRoute(target, params);
      for (const check of toPass) {
        check(params);
        if (names.length > 0) check(params, names);
      }
      current = isEmpty(params) ? checkedAsFilled(params, toPass) : params;
    },
  });
}

/**
 * What the pattern declares where a router sets `ctx.route` before the parameters of that route:
 * koa-better-router.
 */
function namesOfRoute(target: object, params: RouteParams): readonly string[] {
  const { route } = target as { route?: { path?: unknown; params?: unknown } | undefined };
  return params && route?.params === params ? patternNames(route.path) : [];
}

/** For a router that sets an empty object and fills it afterwards: its handler may never read it. */
function checkedAsFilled(params: RouteParams, toPass: readonly CheckParams[]): RouteParams {
  return new Proxy(params, {
    set: (target, name, value) => {
      for (const check of toPass) check({ ...target, [name]: value });
      return Reflect.set(target, name, value);
    },
  });
}

function isEmpty(params: RouteParams): boolean {
  for (const _name in params) return false;
  return true;
}

const heldPrototypes = new WeakSet<object>();

/** On what the contexts of an app inherit from: on each context it would cost more. */
function holdPatterns(prototype: object): void {
  if (heldPrototypes.has(prototype)) return;
  heldPrototypes.add(prototype);
  for (const place of patternPlaces) {
    // That of another copy of this package.
    const earlier = Object.getOwnPropertyDescriptor(prototype, place);
    Object.defineProperty(prototype, place, {
      configurable: true,
      enumerable: true,
      get(this: HeldContext) {
        return this[patterns]?.[place];
      },
      set(this: HeldContext, pattern: unknown) {
        earlier?.set?.call(this, pattern);
        this[patterns] = { ...this[patterns], [place]: pattern };
        const toPass = this[checks];
        const names = toPass === undefined ? [] : patternNames(pattern);
        if (toPass === undefined || names.length === 0) return;
        const params = place === "routerPath" ? (this.params ?? {}) : readPlainParams(pattern, this.path);
        for (const check of toPass) check(params ?? {}, names);
      },
    });
  }
}
