import { ConfigurationError } from "../errors.ts";
import { digestLength, type SecretAlgorithm, secretKey, type VerificationKey } from "../signature.ts";
import { secretFingerprint } from "./fingerprint.ts";
import { checkStrength } from "./strength.ts";

/** One version of a rotated secret, as Better Auth's `secrets` option writes it. */
export interface SecretVersion {
  /** A non-negative integer, different for each version. */
  readonly version: number;
  readonly value: string | Uint8Array;
}

/** A secret, or its versions: newest first. */
export type Secret = string | Uint8Array | readonly SecretVersion[];

/** The keys of a shared secret. */
export interface SecretKeys {
  /** In the order to try them. */
  readonly keys: readonly VerificationKey[];
  /** Each key by its version and fingerprint, to know it again after a reload. */
  readonly byName: ReadonlyMap<string, VerificationKey>;
  /** All of their names, for a hint. */
  readonly description: string;
}

/**
 * Makes keys of a secret or its versions. A key that was in `previous` already stays the same object, so that what it
 * verified stays verified, and is not warned of again.
 *
 * @throws {ConfigurationError} Missing, too short, a published default, a public key, or versions that clash.
 */
export function readSecretKeys(
  secret: Secret | undefined,
  algorithm: SecretAlgorithm,
  previous?: SecretKeys,
): SecretKeys {
  const byName = new Map<string, VerificationKey>();
  for (const { version, value } of listVersions(secret)) {
    const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    const fingerprint = `fingerprint ${secretFingerprint(bytes)}`;
    const name = version === undefined ? fingerprint : `version ${version}, ${fingerprint}`;
    byName.set(name, previous?.byName.get(name) ?? createKey(algorithm, bytes, version));
  }
  return { keys: [...byName.values()], byName, description: [...byName.keys()].join("; ") };
}

/** Marks the keys that the next set does not have: from now on they verify nothing. */
export function retireSecrets(previous: SecretKeys | undefined, next: SecretKeys | undefined): void {
  for (const [name, key] of previous?.byName ?? []) {
    if (next?.byName.get(name) !== key) key.retired = true;
  }
}

function createKey(algorithm: SecretAlgorithm, bytes: Uint8Array, version: number | undefined): VerificationKey {
  const label = version === undefined ? "The shared secret" : `Version ${version} of the shared secret`;
  checkStrength(bytes, digestLength[algorithm], label);
  return secretKey(algorithm, bytes, version);
}

interface OneSecret {
  readonly version?: number;
  readonly value: string | Uint8Array;
}

function listVersions(secret: Secret | undefined): readonly OneSecret[] {
  if (!secret || secret.length === 0) {
    throw new ConfigurationError(
      "sharedSecret: no secret given. Set BETTER_AUTH_SECRET to the value that the Better Auth server has.",
    );
  }
  if (typeof secret === "string" || secret instanceof Uint8Array) return [{ value: secret }];
  if (!Array.isArray(secret)) {
    throw new ConfigurationError("sharedSecret: give a text, bytes, a list of { version, value }, or { load }.");
  }
  const versions = new Set(secret.map(({ version }) => version));
  if (versions.size !== secret.length) throw new ConfigurationError("sharedSecret: each version must be listed once.");
  for (const { version, value } of secret) {
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new ConfigurationError("sharedSecret: the value of a version must be a text or bytes.");
    }
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new ConfigurationError("sharedSecret: a version must be a non-negative integer.");
    }
  }
  return secret;
}
