import { inspect } from "node:util";
import { ConfigurationError } from "../errors.ts";
import {
  digestLength,
  isSecretAlgorithm,
  type SecretAlgorithm,
  secretKey,
  type VerificationKey,
} from "../signature.ts";
import type { KeySource } from "./source.ts";
import { checkStrength } from "./strength.ts";

/** One version of a rotated secret, as Better Auth's `secrets` option writes it. */
export interface SecretVersion {
  /** A non-negative integer, different for each version. */
  readonly version: number;
  readonly value: string | Uint8Array;
}

/** What {@link sharedSecret} may be told beside the secret. */
export interface SharedSecretOptions {
  /** The one algorithm that this secret verifies. Default `HS256`. HS384 needs 48 bytes of secret, HS512 needs 64. */
  readonly algorithm?: SecretAlgorithm;
}

/**
 * Keys that are a secret shared with the issuer: Better Auth's `BETTER_AUTH_SECRET`.
 *
 * Whoever holds the secret can also make tokens; with a public key (JWKS) that is not so. Checks length, published
 * defaults and public keys passed by mistake; only warns of low entropy and of whitespace at the ends. Does not check
 * that the issuer has the same secret: compare `secretFingerprint` on both sides.
 *
 * @param secret The secret, or its versions in the order to try them: newest first, as in `BETTER_AUTH_SECRETS`.
 * `undefined` is accepted by the type so that `process.env.BETTER_AUTH_SECRET` fits, and refused with a clear message.
 * @throws {ConfigurationError} Missing, too short, a published default, a public key, or versions that clash.
 */
export function sharedSecret(
  secret: string | Uint8Array | readonly SecretVersion[] | undefined,
  options: SharedSecretOptions = {},
): KeySource {
  const algorithm = options.algorithm ?? "HS256";
  if (!isSecretAlgorithm(algorithm)) {
    throw new ConfigurationError(`sharedSecret: algorithm must be HS256, HS384 or HS512, not ${inspect(algorithm)}`);
  }
  const keys = listVersions(secret).map(({ value, label }): VerificationKey => {
    const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    checkStrength(bytes, digestLength[algorithm], label);
    return secretKey(algorithm, bytes);
  });
  return {
    algorithms: new Set([algorithm]),
    // Every version has the same algorithm and no `kid`, so either all fit a token or none does.
    candidates: (header) => (header.alg === algorithm ? keys : []),
  };
}

interface LabelledSecret {
  readonly label: string;
  readonly value: string | Uint8Array;
}

function listVersions(secret: string | Uint8Array | readonly SecretVersion[] | undefined): LabelledSecret[] {
  if (!secret || secret.length === 0) {
    throw new ConfigurationError(
      "sharedSecret: no secret given. Set BETTER_AUTH_SECRET to the value that the Better Auth server has.",
    );
  }
  if (typeof secret === "string" || secret instanceof Uint8Array)
    return [{ label: "The shared secret", value: secret }];

  if (!Array.isArray(secret)) {
    throw new ConfigurationError("sharedSecret: give a text, bytes, or a list of { version, value }.");
  }
  const versions = new Set(secret.map(({ version }) => version));
  if (versions.size !== secret.length) throw new ConfigurationError("sharedSecret: each version must be listed once.");
  return secret.map(({ version, value }) => {
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new ConfigurationError("sharedSecret: a version must be a non-negative integer.");
    }
    return { label: `Version ${version} of the shared secret`, value };
  });
}
