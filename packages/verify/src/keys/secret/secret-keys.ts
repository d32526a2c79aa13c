import { ConfigurationError } from "../../errors.ts";
import type { BoundSource } from "../bound-source.ts";
import type { KeySource } from "../key-source.ts";
import {
  isSecretAlgorithm,
  type SecretAlgorithm,
  secretKey,
  shortestSecret,
  type VerificationKey,
} from "../signature.ts";
import { secretFingerprint } from "./fingerprint.ts";
import { checkStrength } from "./strength.ts";

/** One version of a rotated secret, as in Better Auth's `secrets` option. */
export interface SecretVersion {
  /** A non-negative integer, different for each version. */
  readonly version: number;
  readonly value: string | Uint8Array;
}

/** A secret, or its versions, newest first. */
export type Secret = string | Uint8Array | readonly SecretVersion[];

/** The keys of a shared secret. */
export interface SecretKeys {
  /** In the order to try them. */
  readonly keys: readonly VerificationKey[];
  /** Each key by its version and fingerprint, to recognize it after a reload. */
  readonly byName: ReadonlyMap<string, VerificationKey>;
}

/**
 * Creates keys from a secret or its versions. A key that is also in `previous` stays the same object, so that
 * cached tokens stay valid and warnings are not repeated.
 *
 * @throws {ConfigurationError} A missing or short secret, a published default, a public key, or a version
 *   that occurs twice.
 */
export function readSecretKeys(
  secret: Secret | undefined,
  algorithm: SecretAlgorithm,
  previous?: SecretKeys,
): SecretKeys {
  const byName = new Map<string, VerificationKey>();
  for (const { version, value } of listVersions(secret)) {
    const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    const name = `${version === undefined ? "" : `version ${version}, `}fingerprint ${secretFingerprint(bytes)}`;
    byName.set(name, previous?.byName.get(name) ?? createKey(algorithm, bytes, version));
  }
  return { keys: [...byName.values()], byName };
}

/** @throws {ConfigurationError} Not an algorithm for shared secrets. */
export function readSecretAlgorithm(algorithm: SecretAlgorithm = "HS256"): SecretAlgorithm {
  if (isSecretAlgorithm(algorithm)) return algorithm;
  throw new ConfigurationError("algorithm: a shared secret verifies HS256, HS384 or HS512.");
}

/** A key source of the current keys of a secret. */
export function secretSource(
  algorithm: SecretAlgorithm,
  issuers: readonly string[] | undefined,
  current: () => SecretKeys | undefined,
): KeySource & BoundSource {
  const keys = () => current()?.keys ?? [];
  return {
    algorithms: new Set([algorithm]),
    issuers,
    // Every version has the same algorithm and no `kid`, so either all of them fit a token or none.
    candidates: (header) => (header.alg === algorithm ? keys() : []),
    keys,
    description: () => [...(current()?.byName.keys() ?? [])].join("; ") || "none",
  };
}

function createKey(
  algorithm: SecretAlgorithm,
  bytes: Uint8Array,
  version: number | undefined,
): VerificationKey {
  const label = version === undefined ? "The shared secret" : `Version ${version} of the shared secret`;
  checkStrength(bytes, shortestSecret(algorithm), label);
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
  if (!Array.isArray(secret) || !secret.every(isVersion) || hasTwice(secret)) {
    throw new ConfigurationError(
      "sharedSecret: must be a string, bytes, or a list of { version, value } with unique non-negative integers as versions.",
    );
  }
  return secret;
}

function isVersion(one: SecretVersion): boolean {
  const { version, value } = one ?? {};
  return (
    Number.isSafeInteger(version) &&
    version >= 0 &&
    (typeof value === "string" || value instanceof Uint8Array)
  );
}

function hasTwice(versions: readonly SecretVersion[]): boolean {
  return new Set(versions.map(({ version }) => version)).size !== versions.length;
}
