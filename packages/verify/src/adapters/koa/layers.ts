import type { RouteParams } from "../../access/owner.ts";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { statedRuleOf } from "../../access/stated-rule.ts";

/** A route, or a middleware of a path, of @koa/router or koa-router. */
interface Layer {
  /** Empty for middleware of `use()`. */
  readonly methods: readonly string[];
  /** Callbacks of `router.param` come first, and have a `param`. */
  readonly stack: readonly { readonly param?: string }[];
}

interface LayerPrototype {
  params?(this: Layer, path: string, captures: readonly string[], existing?: RouteParams): RouteParams;
}

const recorded = new WeakSet<object>();
/** The rule of the layer that parameters were created for. */
const rules = new WeakMap<RouteParams, OwnerRule<never>>();

/**
 * Records which layer of a router creates parameters. All layers of one copy of @koa/router share a
 * prototype. Does nothing for another router.
 *
 * @param router What the router sets as `ctx.router`.
 */
export function recordLayers(router: unknown): void {
  const layer = (router as { readonly stack?: readonly object[] } | undefined)?.stack?.[0];
  const prototype: LayerPrototype | undefined = layer && Object.getPrototypeOf(layer);
  if (typeof prototype?.params !== "function" || recorded.has(prototype)) return;
  recorded.add(prototype);
  const { params } = prototype;
  prototype.params = function (path, captures, existing) {
    // A copy: some versions change the parameters of the earlier layer.
    const made = params.call(this, path, captures, { ...existing });
    const rule = ruleOfLayer(this);
    if (rule !== undefined) rules.set(made, rule);
    return made;
  };
}

/** The owner rule of the layer that parameters were created for. */
export function ruleOf(params: RouteParams | undefined): OwnerRule<never> | undefined {
  return params === undefined ? undefined : rules.get(params);
}

/** Removes the rule from parameters that are no longer those of its layer alone. */
export function forgetRule(params: RouteParams): void {
  rules.delete(params);
}

/**
 * That of the layer's first middleware: a later one would cover those that run before it. `use()` creates a
 * layer for each middleware, so a rule there is for what its own middleware runs.
 */
function ruleOfLayer({ methods, stack }: Layer): OwnerRule<never> | undefined {
  const stated = statedRuleOf<never>(stack.find((middleware) => middleware.param === undefined));
  return methods.length === 0 && stated?.covered === undefined ? undefined : stated?.rule;
}
