import type { MiddlewareHandler } from "hono";
import type { H } from "hono/types";
import { checkOwnerRule, type OwnerRule } from "../../access/owner-rule.ts";
import { patternNames } from "../../access/pattern-names.ts";
import { passRule, statedRuleOf, stateRule, unseenRule } from "../../access/stated-rule.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { admissions } from "./admission.ts";
import type { UsherEnv } from "./env.ts";

/**
 * States who else may use a route whose path belongs to a user: `app.get("/api/:userId/tasks", owner({ or:
 * [isSupport] }), handler)`. It is for the handlers that are added after it with the same method and path,
 * until one with another is added. To Hono, `app.get(path, a, b)` and two calls with one path are the same
 * route.
 *
 * Middleware of another path that has the parameter, such as `app.use("/api/:userId/*", …)`, is checked
 * without the rule, and may state its own.
 *
 * If the guard cannot see the rule, as inside `every(...)` of `hono/combine`, every request is rejected with
 * `owner_mismatch`, and the hint says why. Must run after {@link usher}; otherwise it throws, and the app
 * answers 500.
 *
 * @param rule The exceptions. See {@link OwnerRule}.
 * @throws {ConfigurationError} An invalid rule. When it is added to an app: its path has no owner parameter,
 *   or several and the rule has no `params`.
 *
 * @example
 * ```ts
 * import { requireClaim, verifierFromEnv } from "@usher-auth/verify";
 * import { owner, usher } from "@usher-auth/verify/hono";
 * import { Hono } from "hono";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 *
 * const app = usher(new Hono(), { verifier: verifierFromEnv(), ownerParam: "userId" });
 * app.get("/api/:userId/tasks", owner({ or: [isSupport] }), (c) =>
 *   c.json({ tasks: [], owner: c.req.param("userId"), reader: c.var.principal.id }),
 * );
 * ```
 */
export function owner<Claims = TokenClaims>(rule: OwnerRule<Claims>): MiddlewareHandler<UsherEnv<Claims>> {
  return stateRule<Claims, MiddlewareHandler<UsherEnv<Claims>>>(rule, (checked) => async (context, next) => {
    const admission = admissions.get(context);
    if (admission === undefined) throw new Error("owner: no usher(...) runs before this route.");
    if (admission.rule === checked) return next();
    return admission.refuse(unseenRule("Pass owner(...) itself to the app, not to another function."));
  });
}

/** Finds the rule of each handler that is added to a router. */
export type FindRule = (method: string, path: string, handler: H) => OwnerRule<never> | undefined;

/** By router, and by handler that a guard checks: the owner parameters of these guards. */
const ownerParamsOf = new WeakMap<object, readonly string[]>();

/**
 * Creates the search for one guard. Call the result once for each handler, in the order in which they are
 * added: a rule is for those that follow it with the same method and path.
 */
export function createRuleFinder(router: object, ownerParams: readonly string[]): FindRule {
  ownerParamsOf.set(router, [...(ownerParamsOf.get(router) ?? []), ...ownerParams]);
  let last: { readonly method: string; readonly path: string; readonly rule: OwnerRule<never> } | undefined;

  return (method, path, handler) => {
    const stated = statedRuleOf<never>(handlerOf(handler));
    if (stated !== undefined) {
      const names = patternNames(path);
      const held = [router, handlerOf(handler)].flatMap((place) => ownerParamsOf.get(place) ?? []);
      checkOwnerRule(
        stated.rule,
        [...new Set(held)].filter((name) => names.includes(name)),
        path,
      );
      last = { method, path, rule: stated.rule };
    } else if (last?.method !== method || last.path !== path) last = undefined;
    return last?.rule;
  };
}

/** Keeps the rule of a handler on the one that checks it, for the guards of an app that mounts this one. */
export function keepRule(handler: H, guarded: H, ownerParams: readonly string[]): void {
  const inner = handlerOf(handler);
  passRule(inner, guarded);
  ownerParamsOf.set(guarded, [...(ownerParamsOf.get(inner) ?? []), ...ownerParams]);
}

/** An app with its own error handler wraps its handlers when another app mounts it. */
const composed = "__COMPOSED_HANDLER";

/** The handler that the application has added. */
function handlerOf(handler: H): H {
  const inner = (handler as H & { readonly [composed]?: H })[composed];
  return inner === undefined ? handler : handlerOf(inner);
}
