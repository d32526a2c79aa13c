import type { Context, Middleware } from "koa";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { stateRule, unseenRule } from "../../access/stated-rule.ts";
import type { TokenClaims } from "../../claims/principal.ts";
import { ConfigurationError } from "../../errors.ts";
import { answerWith, enforcers } from "./enforcer.ts";
import { ruleOf } from "./layers.ts";
import type { UsherState } from "./state.ts";

/**
 * States who else may use a route whose path belongs to a user: the first middleware of a route of
 * `@koa/router` or `koa-router`, in `router.get("/api/:userId/tasks", owner({ or: [isSupport] }), handler)`.
 * It is for this route only, also where the router is nested.
 *
 * `use()` adds each middleware by itself, so a rule there names the middleware that it is for:
 * `router.use("/api/:userId", owner(rule, loadUser))`.
 *
 * Anywhere else, and with other routers, every request is rejected with `owner_mismatch`, and the hint says
 * why. A rule that does not fit its path rejects every request too: the path has no owner parameter, or
 * several and the rule has no `params`. Must run after {@link usher}; otherwise it throws, and the app
 * answers
 * 500.
 *
 * @param rule The exceptions. See {@link OwnerRule}.
 * @param covered For `use()`: a middleware. Not a router: state rules in its own routes.
 * @throws {ConfigurationError} An invalid rule, or a router to cover.
 *
 * @example
 * ```ts
 * import Router from "@koa/router";
 * import { requireClaim } from "@usher-auth/verify";
 * import { owner, type UsherState } from "@usher-auth/verify/koa";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 *
 * const router = new Router<UsherState>(); // use it after usher(...)
 * router.get("/api/:userId/tasks", owner({ or: [isSupport] }), (ctx) => {
 *   ctx.body = { tasks: [], owner: ctx.params.userId, reader: ctx.state.principal.id };
 * });
 * ```
 */
export function owner<Claims = TokenClaims>(
  rule: OwnerRule<Claims>,
  covered?: Middleware<UsherState<Claims>>,
): Middleware<UsherState<Claims>> {
  if (covered !== undefined && (typeof covered !== "function" || "router" in covered))
    throw new ConfigurationError(
      "owner: the second argument must be a middleware. State the rules of a router in its own routes.",
    );
  const create = (checked: OwnerRule<Claims>): Middleware<UsherState<Claims>> => {
    return (context, next) => {
      const { params } = context as Context;
      const enforcer = enforcers.get(context);
      if (enforcer === undefined) throw new Error("owner: no usher(...) runs before this route.");
      if (ruleOf(params) === checked) return covered === undefined ? next() : covered(context, next);
      answerWith(enforcer.refuse(unseenRule(advice)), context);
      return undefined;
    };
  };
  return stateRule(rule, create, covered);
}

const advice =
  "Make it the first middleware of a route of @koa/router. In use(), pass what it is for: owner(rule, middleware).";
