import type { Request } from "express";
import type { Guard } from "../../access/guard.ts";
import type { RouteParams } from "../../access/owner.ts";
import type { FindOwnerParams } from "../../access/owner-params.ts";
import type { OwnerRule } from "../../access/owner-rule.ts";
import { refuseMisfit } from "../../access/stated-rule.ts";
import type { Principal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";

/** The result of one guard for a request that it accepted. */
interface Admission {
  readonly guard: Guard<RegisteredClaims, Request>;
  readonly findOwnerParams: FindOwnerParams;
  readonly principal: Principal<RegisteredClaims>;
}

/** Why a guard rejects a request. */
export interface Rejection {
  readonly guard: Guard<RegisteredClaims, Request>;
  readonly error: unknown;
}

/** Where a request keeps its admissions. Undefined if no guard has run. */
export const admissions: unique symbol = Symbol("usher.admissions");

/** Where a request keeps the owner rule of the layer that runs, if it has one. */
export const ruleInForce: unique symbol = Symbol("usher.ruleInForce");

/** A request that guards may have accepted. */
export interface AdmittedRequest extends Request {
  [admissions]?: Admission[];
  [ruleInForce]?: OwnerRule<RegisteredClaims> | undefined;
}

/**
 * Returns the first rejection of these parameters by a guard of the request.
 *
 * @param declared The names of all parameters in the route's pattern, if they are known.
 * @param rule The owner rule that the route states.
 */
export function findRejection(
  request: AdmittedRequest,
  params: RouteParams,
  declared?: readonly string[],
  rule?: OwnerRule<RegisteredClaims>,
): Rejection | undefined {
  const admitted = request[admissions] ?? [];
  for (const { guard, findOwnerParams, principal } of admitted) {
    try {
      if (rule !== undefined) {
        // Of all guards: a rule without `params` is for the only owner parameter of the path.
        const all = admitted.flatMap((one) => one.findOwnerParams(params, declared));
        refuseMisfit(rule, [...new Set(all)], request.path);
      }
      const ownerParams = findOwnerParams(params, declared);
      guard.authorize(principal, { params, ownerParams, owner: rule }, request);
    } catch (error) {
      return { guard, error };
    }
  }
  return undefined;
}
