import type { Request } from "express";
import type { Guard } from "../../access/guard.ts";
import type { RouteParams } from "../../access/owner.ts";
import type { FindOwnerParams } from "../../access/owner-params.ts";
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

/** A request that guards may have accepted. */
export interface AdmittedRequest extends Request {
  [admissions]?: Admission[];
}

/**
 * Returns the first rejection of these parameters by a guard of the request.
 *
 * @param declared The names of all parameters in the route's pattern, if they are known.
 */
export function findRejection(
  request: AdmittedRequest,
  params: RouteParams,
  declared?: readonly string[],
): Rejection | undefined {
  for (const { guard, findOwnerParams, principal } of request[admissions] ?? []) {
    try {
      guard.authorize(principal, { params, ownerParams: findOwnerParams(params, declared) }, request);
    } catch (error) {
      return { guard, error };
    }
  }
  return undefined;
}
