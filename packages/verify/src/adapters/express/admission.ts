import type { Request } from "express";
import type { Guard } from "../../access/guard.ts";
import type { RouteParams } from "../../access/owner.ts";
import type { FindOwnerParams } from "../../access/owner-params.ts";
import type { Principal } from "../../claims/principal.ts";
import type { RegisteredClaims } from "../../claims/register.ts";

/** What one guard found out about a request. */
interface Admission {
  readonly guard: Guard<RegisteredClaims, Request>;
  readonly findOwnerParams: FindOwnerParams;
  readonly principal: Principal<RegisteredClaims>;
}

/** Why a request is not let in, and by which guard. */
export interface Fault {
  readonly guard: Guard<RegisteredClaims, Request>;
  readonly error: unknown;
}

/** Where a request keeps what its guards found out: none, where no guard has run. */
export const admissions: unique symbol = Symbol("usher.admissions");

/** A request that a guard may have let in. */
export interface AdmittedRequest extends Request {
  [admissions]?: Admission[];
}

/**
 * The first fault that a guard of the request finds in parameters.
 *
 * @param declared The names of all those that the route's pattern has, where that is known.
 */
export function findFault(
  request: AdmittedRequest,
  params: RouteParams,
  declared?: readonly string[],
): Fault | undefined {
  for (const { guard, findOwnerParams, principal } of request[admissions] ?? []) {
    try {
      guard.authorize(principal, { params, ownerParams: findOwnerParams(params, declared) });
    } catch (error) {
      return { guard, error };
    }
  }
  return undefined;
}
