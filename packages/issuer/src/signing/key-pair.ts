import type { JwtOptions } from "better-auth/plugins/jwt";
import type { KeyPairAlgorithm, KeyPairLife } from "../options/options.ts";

/**
 * What makes Better Auth's `jwt()` sign with key pairs of its own: it makes them, keeps them encrypted in its
 * database, rotates them, and publishes their public halves at `/jwks`. Nothing of that is done here.
 */
export function keyPairOptions(
  jwt: NonNullable<JwtOptions["jwt"]>,
  algorithm: KeyPairAlgorithm,
  { rotationInterval, gracePeriod }: KeyPairLife,
): JwtOptions {
  return { jwks: { keyPairConfig: { alg: algorithm }, rotationInterval, gracePeriod }, jwt };
}
