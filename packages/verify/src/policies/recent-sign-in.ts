import type { Policy } from "../access/policies.ts";
import type { Principal } from "../claims/principal.ts";
import { integerWithin } from "../option-values.ts";

/**
 * Options of {@link requireRecentSignIn}.
 *
 * @example
 * ```ts
 * import { type RecentSignInOptions, requireRecentSignIn } from "@usher-auth/verify/policies";
 *
 * const fiveMinutes: RecentSignInOptions = { maxAge: 300 };
 * export const policies = [requireRecentSignIn(fiveMinutes)];
 * ```
 */
export interface RecentSignInOptions {
  /** How long ago the user may have signed in. Seconds, at least 1. */
  readonly maxAge: number;
}

/** How far the issuer's clock may be ahead, in seconds. */
const clockSkew = 60;

/**
 * Requires that the user has signed in recently: the claim `auth_time` (OpenID Connect Core section 2), which
 * `usherJwt()` sets to the time of the sign-in. A new token, or an extended session, does not change it. A
 * token without `auth_time`, such as that of an impersonated session, is rejected, and so is a time that is
 * more than a minute ahead of this machine's clock.
 *
 * The client gets the challenge of RFC 9470 (`insufficient_user_authentication`, `max_age`) with the code
 * `reauthentication_required`: let the user sign in again, and repeat the request. If the verifier has a
 * `claims` schema, the schema must keep `auth_time`.
 *
 * @throws {ConfigurationError} `maxAge` is not a whole number of seconds.
 * @example
 * ```ts
 * import { requireRecentSignIn } from "@usher-auth/verify/policies";
 *
 * // With Fastify: { config: { policies: [signedInRecently] } }
 * export const signedInRecently = requireRecentSignIn({ maxAge: 300 });
 * ```
 */
export function requireRecentSignIn(options: RecentSignInOptions): Policy {
  const { maxAge } = (options ?? {}) as RecentSignInOptions;
  integerWithin(maxAge, "requireRecentSignIn: maxAge", 1, Number.MAX_SAFE_INTEGER);
  return Object.freeze({
    name: `sign-in within ${maxAge} s`,
    permits: ({ claims }: Principal<unknown>, now: number) => {
      const { auth_time: signedInAt } = (claims ?? {}) as { auth_time?: unknown };
      if (typeof signedInAt !== "number") return false;
      const age = now - signedInAt;
      // Without the lower limit, a time in milliseconds would be recent for ever.
      return age >= -clockSkew && age <= maxAge;
    },
    refusal: Object.freeze({ code: "reauthentication_required", maxAge }),
  });
}
