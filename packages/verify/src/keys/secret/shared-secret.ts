import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import type { SecretAlgorithm } from "../signature.ts";
import { readSecretAlgorithm, readSecretKeys, type Secret, secretSource } from "./secret-keys.ts";

/**
 * What {@link sharedSecret} may be told beside the secret.
 *
 * @example
 * ```ts
 * import { sharedSecret } from "@usher-auth/verify";
 *
 * const keys = sharedSecret(process.env.BETTER_AUTH_SECRET, { algorithm: "HS512" });
 * ```
 */
export interface SharedSecretOptions extends IssuerOptions {
  /**
   * The one algorithm that this secret verifies. Default `HS256`. HS384 needs 48 bytes of secret, HS512 needs
   * 64.
   */
  readonly algorithm?: SecretAlgorithm;
}

/**
 * Keys that are a secret shared with the issuer: Better Auth's `BETTER_AUTH_SECRET`.
 *
 * Whoever holds the secret can also make tokens; with a public key (JWKS) that is not so. Checks length,
 * published defaults and public keys passed by mistake; only warns of low entropy and of whitespace at the
 * ends. Does not check that the issuer has the same secret: compare `secretFingerprint` on both sides.
 *
 * It never changes while the process runs; `reloadedSecret` does.
 *
 * @param secret The secret, or its versions in the order to try them: newest first, as in
 *   `BETTER_AUTH_SECRETS`. `undefined` is accepted by the type so that `process.env.BETTER_AUTH_SECRET` fits,
 *   and refused with a clear message.
 * @throws {ConfigurationError} Missing, too short, a published default, a public key, or versions that clash;
 *   a bad option.
 *
 * @example
 * ```ts
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 *
 * const verifier = createVerifier({
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * ```
 */
export function sharedSecret(secret: Secret | undefined, options: SharedSecretOptions = {}): KeySource {
  const algorithm = readSecretAlgorithm(options.algorithm);
  const keys = readSecretKeys(secret, algorithm);
  return secretSource(algorithm, readIssuers(options, "sharedSecret"), () => keys);
}
