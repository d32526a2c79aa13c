import { type Clock, elapsedClock } from "../../clock.ts";
import { ConfigurationError } from "../../errors.ts";
import { integerWithin } from "../../option-values.ts";
import { readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import { keepFresh } from "../refreshing.ts";
import {
  readSecretAlgorithm,
  readSecretKeys,
  type Secret,
  type SecretKeys,
  secretSource,
} from "./secret-keys.ts";
import type { SharedSecretOptions } from "./shared-secret.ts";

/**
 * What {@link reloadedSecret} may be told beside how to load the secret.
 *
 * @example
 * ```ts
 * import { type ReloadedSecretOptions, reloadedSecret } from "@usher-auth/verify/keys";
 *
 * const options: ReloadedSecretOptions = { refreshEvery: 300, timeout: 3 }; // seconds
 * export const keysOf = (load: () => Promise<string>) => reloadedSecret(load, options);
 * ```
 */
export interface ReloadedSecretOptions extends SharedSecretOptions {
  /** Seconds between two loads, 1 to 86400; default 60. None begins without a request. */
  readonly refreshEvery?: number;
  /**
   * How long one load may take, in seconds. After that it counts as failed, and another may begin. 1 to 60;
   * default 5.
   */
  readonly timeout?: number;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
}

/**
 * Keys that are a secret shared with the issuer, as `sharedSecret` has them, and that can change while the
 * process runs: in a file, or in a vault.
 *
 * The secret is loaded when the first token needs it (or by `verifier.ready()`), and then anew every
 * `refreshEvery` seconds, in the background. A version that is no longer listed stops working then, for
 * remembered tokens too. A load that fails, takes longer than `timeout`, or returns what `sharedSecret` would
 * refuse, is a process warning and changes nothing; before the first good one the answer is
 * `keys_unavailable` (503).
 *
 * @param load Returns the secret or its versions, as `sharedSecret` takes them. What it throws keeps the last
 *   good ones. Its `signal` is aborted when it has taken too long: what it returns then is dropped.
 * @throws {ConfigurationError} No function, or an option that cannot be right.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { createVerifier } from "@usher-auth/verify";
 * import { reloadedSecret } from "@usher-auth/verify/keys";
 *
 * const verifier = createVerifier({
 *   keys: reloadedSecret((signal) => readFile("/run/secrets/better-auth", { encoding: "utf8", signal })),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * await verifier.ready(); // loads the secret before the first request
 * ```
 */
export function reloadedSecret(
  load: (signal: AbortSignal) => PromiseLike<Secret> | Secret,
  { refreshEvery = 60, timeout = 5, clock = elapsedClock(), ...options }: ReloadedSecretOptions = {},
): KeySource {
  if (typeof load !== "function") {
    throw new ConfigurationError("reloadedSecret: give a function that returns the secret.");
  }
  const algorithm = readSecretAlgorithm(options.algorithm);
  const every = integerWithin(refreshEvery, "reloadedSecret: refreshEvery", 1, 86_400) * 1000;
  const issuers = readIssuers(options, "reloadedSecret");
  const { current, remote } = keepFresh<SecretKeys>({
    name: "reloadedSecret",
    what: "the shared secret",
    fetch: load,
    read: (secret, previous) => readSecretKeys(secret as Secret, algorithm, previous),
    deadline: integerWithin(timeout, "reloadedSecret: timeout", 1, 60) * 1000,
    // Refreshed at half of it.
    maxAge: 2 * every,
    // As good as a secret that is never loaded again.
    maxStale: Number.POSITIVE_INFINITY,
    cooldown: every,
    clock,
    random: () => Math.random(),
  });
  return { ...secretSource(algorithm, issuers, current), remote };
}
