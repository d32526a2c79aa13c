import { type Clock, elapsedClock } from "../../clock.ts";
import { ConfigurationError } from "../../errors.ts";
import { integerWithin } from "../../option-values.ts";
import { keySource } from "../custom-source.ts";
import { readIssuers } from "../issuers.ts";
import { secretSourceName } from "../key-reports.ts";
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
 * Options of {@link reloadedSecret}.
 * @example
 * ```ts
 * import { type ReloadedSecretOptions, reloadedSecret } from "@usher-auth/verify/keys";
 *
 * const options: ReloadedSecretOptions = { refreshEvery: 300, timeout: 3 }; // seconds
 * export const keysOf = (load: () => Promise<string>) => reloadedSecret(load, options);
 * ```
 */
export interface ReloadedSecretOptions extends SharedSecretOptions {
  /** Seconds between two loads, 1 to 86400; default: 60. A load starts only with a request. */
  readonly refreshEvery?: number;
  /**
   * The time limit of one load, in seconds. After that, it has failed and another may start. 1 to 60;
   * default: 5.
   */
  readonly timeout?: number;
  /** Returns the time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
}

/**
 * Creates a key source from a shared secret that can change while the process runs: in a file, or in a vault.
 *
 * The secret is loaded for the first token (or by `verifier.ready()`), and then every `refreshEvery` seconds
 * in the background. A version that is no longer listed stops working, for cached tokens too. A load that
 * fails, exceeds `timeout`, or returns a value that `sharedSecret` would reject causes a process warning and
 * changes nothing. Before the first successful load, the answer is `keys_unavailable` (503).
 *
 * @param load Returns the secret or its versions, as for `sharedSecret`. If it throws, the last keys stay.
 *   Its `signal` is aborted at the timeout; a later result is ignored.
 * @throws {ConfigurationError} Not a function, or an invalid option.
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
    source: secretSourceName,
    fetch: load,
    read: (secret, previous) => readSecretKeys(secret as Secret, algorithm, previous),
    deadline: integerWithin(timeout, "reloadedSecret: timeout", 1, 60) * 1000,
    // A refresh starts at half of it.
    maxAge: 2 * every,
    // A secret does not expire, as with `sharedSecret`.
    maxStale: Number.POSITIVE_INFINITY,
    cooldown: every,
    clock,
    random: () => Math.random(),
  });
  return keySource({ ...secretSource(algorithm, issuers, current), remote });
}
