import { inspect } from "node:util";
import { ConfigurationError } from "../errors.ts";
import { integerWithin } from "../range.ts";
import { isSecretAlgorithm, type SecretAlgorithm } from "../signature.ts";
import { type Clock, steadyClock } from "../time.ts";
import { keepFresh } from "./refreshing.ts";
import { readSecretKeys, retireSecrets, type Secret, type SecretKeys } from "./secret-keys.ts";
import type { KeySource } from "./source.ts";

/** What {@link sharedSecret} may be told beside the secret. */
export interface SharedSecretOptions {
  /** The one algorithm that this secret verifies. Default `HS256`. HS384 needs 48 bytes of secret, HS512 needs 64. */
  readonly algorithm?: SecretAlgorithm;
}

/** A secret that can change while the process runs: in a file, or in a vault. */
export interface ReloadedSecret {
  /** Brings the secret or its versions, as {@link sharedSecret} takes them. What it throws keeps the last good ones. */
  readonly load: () => Promise<Secret> | Secret;
  /** Seconds between two loads, 1 to 86400; default 60. None begins without a request. */
  readonly refreshEvery?: number;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
}

/**
 * Keys that are a secret shared with the issuer: Better Auth's `BETTER_AUTH_SECRET`.
 *
 * Whoever holds the secret can also make tokens; with a public key (JWKS) that is not so. Checks length, published
 * defaults and public keys passed by mistake; only warns of low entropy and of whitespace at the ends. Does not check
 * that the issuer has the same secret: compare `secretFingerprint` on both sides.
 *
 * With `load`, the secret is loaded when the first token needs it (or by `verifier.ready()`), and then anew every
 * `refreshEvery` seconds, in the background. A version that is no longer listed stops working then, for remembered tokens
 * too. A load that fails, or brings what would be refused here, is a process warning and changes nothing; before the first
 * good one the answer is `keys_unavailable` (503).
 *
 * @param secret The secret, or its versions in the order to try them: newest first, as in `BETTER_AUTH_SECRETS`; or how
 * to load those. `undefined` is accepted by the type so that `process.env.BETTER_AUTH_SECRET` fits, and refused with a
 * clear message.
 * @throws {ConfigurationError} Missing, too short, a published default, a public key, or versions that clash.
 */
export function sharedSecret(
  secret: Secret | ReloadedSecret | undefined,
  options: SharedSecretOptions = {},
): KeySource {
  const algorithm = options.algorithm ?? "HS256";
  if (!isSecretAlgorithm(algorithm)) {
    throw new ConfigurationError(`sharedSecret: algorithm must be HS256, HS384 or HS512, not ${inspect(algorithm)}`);
  }
  if (isReloaded(secret)) return reloadedSecret(secret, algorithm);
  const keys = readSecretKeys(secret, algorithm);
  return sourceOf(algorithm, () => keys);
}

function reloadedSecret(
  { load, refreshEvery = 60, clock = steadyClock() }: ReloadedSecret,
  algorithm: SecretAlgorithm,
) {
  const every = integerWithin(refreshEvery, "sharedSecret: refreshEvery", 1, 86_400) * 1000;
  const { current, remote } = keepFresh<SecretKeys>({
    name: "sharedSecret",
    what: "the shared secret",
    fetch: async (previous) => readSecretKeys(await load(), algorithm, previous),
    retire: retireSecrets,
    // Refreshed at half of it.
    maxAge: 2 * every,
    // As good as a secret that is never loaded again.
    maxStale: Number.POSITIVE_INFINITY,
    cooldown: every,
    clock,
    random: Math.random,
  });
  return { ...sourceOf(algorithm, current), remote };
}

function sourceOf(algorithm: SecretAlgorithm, current: () => SecretKeys | undefined): KeySource {
  return {
    algorithms: new Set([algorithm]),
    // Every version has the same algorithm and no `kid`, so either all fit a token or none does.
    candidates: (header) => (header.alg === algorithm ? (current()?.keys ?? []) : []),
    keys: () => current()?.keys ?? [],
    description: () => current()?.description ?? "none",
  };
}

function isReloaded(secret: Secret | ReloadedSecret | undefined): secret is ReloadedSecret {
  return typeof secret === "object" && secret !== null && "load" in secret && typeof secret.load === "function";
}
