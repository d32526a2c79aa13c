import { markSource } from "../bound-source.ts";
import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import type { SecretAlgorithm } from "../signature.ts";
import { readSecretAlgorithm, readSecretKeys, type Secret, secretSource } from "./secret-keys.ts";

/**
 * Options of {@link sharedSecret}.
 * @example
 * ```ts
 * import { sharedSecret } from "@usher-auth/verify";
 *
 * const keys = sharedSecret(process.env.BETTER_AUTH_SECRET, { algorithm: "HS512" });
 * ```
 */
export interface SharedSecretOptions extends IssuerOptions {
  /** The one algorithm of this secret. HS384 needs a secret of 48 bytes, HS512 of 64. Default: `HS256`. */
  readonly algorithm?: SecretAlgorithm;
}

/**
 * Creates a key source from the secret that the issuer signs with: Better Auth's `BETTER_AUTH_SECRET`.
 *
 * Anyone who has the secret can also sign tokens; a public key (JWKS) has no such risk. Rejects short
 * secrets, published defaults and public keys; warns about low entropy and about whitespace at the ends. Does
 * not check that the issuer has the same secret: compare `secretFingerprint` on both sides.
 *
 * The secret does not change while the process runs; with `reloadedSecret` it can.
 *
 * @param secret The secret, or its versions in the order to try them, newest first, as in
 *   `BETTER_AUTH_SECRETS`. The type accepts `undefined`, so that `process.env.BETTER_AUTH_SECRET` fits; it is
 *   rejected with a clear message.
 * @throws {ConfigurationError} A missing or short secret, a published default, a public key, a version that
 *   occurs twice, or an invalid option.
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
  const source = secretSource(algorithm, readIssuers(options, "sharedSecret"), () => keys);
  return markSource(source, source);
}
