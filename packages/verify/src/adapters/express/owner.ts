import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { stateRule, unseenRule } from "../../access/stated-rule.ts";
import type { RegisteredClaims } from "../../claims/register.ts";
import { ConfigurationError } from "../../errors.ts";
import { type AdmittedRequest, admissions, ruleInForce } from "./admission.ts";
import { refuse } from "./refuse.ts";

/**
 * States who else may use a route whose path belongs to a user: the first middleware of the route, in
 * `app.get("/api/:userId/tasks", owner({ or: [isSupport] }), handler)`. It is for this route and this method
 * only. Anywhere else in a route, every request is rejected with `owner_mismatch`, and the hint says why.
 *
 * `use()` adds each middleware by itself, so a rule there names what it is for: `app.use("/api/:userId",
 * owner(rule, router))`. It is for this mount path. The router's own routes that have the parameter, as with
 * `mergeParams`, state their own rules.
 *
 * A rule that does not fit its path rejects every request too: the path has no owner parameter, or several
 * and the rule has no `params`.
 *
 * Must run after {@link usher}; otherwise it throws, and the app answers 500.
 *
 * @param rule The exceptions. See {@link OwnerRule}.
 * @param covered For `use()`: a router or a handler. Not an app: state rules in its own routes.
 * @throws {ConfigurationError} An invalid rule, or an app or an error handler to cover.
 *
 * @example
 * ```ts
 * import { requireClaim, verifierFromEnv } from "@usher-auth/verify";
 * import { owner, usher } from "@usher-auth/verify/express";
 * import express from "express";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 *
 * const app = express();
 * app.use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }));
 * app.get("/api/:userId/tasks", owner({ or: [isSupport] }), (request, response) => {
 *   response.json({ tasks: [], owner: request.params.userId, reader: request.principal.id });
 * });
 * ```
 */
export function owner(rule: OwnerRule<RegisteredClaims>, covered?: RequestHandler): RequestHandler {
  if (
    covered !== undefined &&
    (typeof covered !== "function" || covered.length > 3 || "mountpath" in covered)
  )
    throw new ConfigurationError(
      "owner: the second argument must be a router or a handler, not an app or an error handler.",
    );
  return stateRule(rule, (checked) => enterOwned.bind(undefined, checked, covered), covered);
}

function enterOwned(
  rule: OwnerRule<RegisteredClaims>,
  covered: RequestHandler | undefined,
  request: AdmittedRequest,
  response: Response,
  next: NextFunction,
): unknown {
  const admission = request[admissions]?.at(-1);
  if (admission === undefined) throw new Error("owner: no usher(...) runs before this route.");
  if (request[ruleInForce] !== rule) {
    const error = unseenRule(
      "Make it the first middleware of the route. In use(), pass what it is for: owner(rule, router).",
    );
    return refuse({ error, guard: admission.guard }, request as Request, response, next);
  }
  return covered === undefined ? next() : covered(request, response, next);
}
