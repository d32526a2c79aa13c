import type { JwtOptions } from "better-auth/plugins/jwt";
import type { KeyPairAlgorithm, KeyPairLife } from "../options/options.ts";

/**
 * Options that make Better Auth's `jwt()` sign with a key pair. Better Auth creates it, stores it encrypted
 * in its database, rotates it and publishes the public key at `/jwks`.
 */
export function keyPairOptions(
  jwt: NonNullable<JwtOptions["jwt"]>,
  algorithm: KeyPairAlgorithm,
  { rotationInterval, gracePeriod }: KeyPairLife,
): JwtOptions {
  return { jwks: { keyPairConfig: { alg: algorithm }, rotationInterval, gracePeriod }, jwt };
}
