import type { Policy } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";

/**
 * Rejects tokens of an impersonated session: those with the claim `act` (RFC 8693 section 4.1), which
 * `usherJwt()` sets when an administrator acts as a user. For what only the users themselves may do, such as
 * a change of the password or a payment. Reads `principal.actorId`, which no `claims` schema can drop.
 *
 * The code is `impersonation_forbidden`.
 *
 * @example
 * ```ts
 * import { forbidImpersonation } from "@usher-auth/verify/policies";
 *
 * // With Fastify: { config: { policies: [forbidImpersonation()] } }
 * export const policies = [forbidImpersonation()];
 * ```
 */
export function forbidImpersonation(): Policy {
  return policy;
}

const policy: Policy = Object.freeze({
  name: "no impersonation",
  permits: ({ actorId }: Principal<unknown>) => actorId === undefined,
  refusal: Object.freeze({ code: "impersonation_forbidden" }),
});
