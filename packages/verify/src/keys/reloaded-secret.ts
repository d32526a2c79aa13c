import { ConfigurationError } from "../errors.ts";
import { integerWithin } from "../range.ts";
import { type Clock, steadyClock } from "../time.ts";
import { keepFresh } from "./refreshing.ts";
import type { SharedSecretOptions } from "./secret.ts";
import { readSecretAlgorithm, readSecretKeys, retireSecrets, type Secret, secretSource } from "./secret-keys.ts";
import type { KeySource } from "./source.ts";

/** What {@link reloadedSecret} may be told beside how to load the secret. */
export interface ReloadedSecretOptions extends SharedSecretOptions {
  /** Seconds between two loads, 1 to 86400; default 60. None begins without a request. */
  readonly refreshEvery?: number;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
}

/**
 * Keys that are a secret shared with the issuer, as `sharedSecret` has them, and that can change while the process runs:
 * in a file, or in a vault.
 *
 * The secret is loaded when the first token needs it (or by `verifier.ready()`), and then anew every `refreshEvery`
 * seconds, in the background. A version that is no longer listed stops working then, for remembered tokens too. A load
 * that fails, or brings what `sharedSecret` would refuse, is a process warning and changes nothing; before the first good
 * one the answer is `keys_unavailable` (503).
 *
 * @param load Brings the secret or its versions, as `sharedSecret` takes them. What it throws keeps the last good ones.
 * @throws {ConfigurationError} No function, or an option that cannot be right.
 */
export function reloadedSecret(
  load: () => Promise<Secret> | Secret,
  { refreshEvery = 60, clock = steadyClock(), ...options }: ReloadedSecretOptions = {},
): KeySource {
  if (typeof load !== "function") {
    throw new ConfigurationError("reloadedSecret: give a function that brings the secret.");
  }
  const algorithm = readSecretAlgorithm(options.algorithm);
  const every = integerWithin(refreshEvery, "reloadedSecret: refreshEvery", 1, 86_400) * 1000;
  const { current, remote } = keepFresh({
    name: "reloadedSecret",
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
  return { ...secretSource(algorithm, current), remote };
}
