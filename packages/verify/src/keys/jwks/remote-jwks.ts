import { type Clock, elapsedClock } from "../../clock.ts";
import { ConfigurationError } from "../../errors.ts";
import { integerWithin } from "../../option-values.ts";
import { warn } from "../../warning.ts";
import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import { keepFresh } from "../refreshing.ts";
import { isRsaAlgorithm, publicAlgorithms } from "../signature.ts";
import { type Fetch, fetchJwks } from "./fetch-jwks.ts";
import type { JwkOptions } from "./jwk.ts";
import { fittingKeys, type KeySet, readKeySet, unusedKeys } from "./key-set.ts";

/**
 * What {@link remoteJwks} may be told. All times are in seconds.
 *
 * @example
 * ```ts
 * import { remoteJwks } from "@usher-auth/verify";
 *
 * const keys = remoteJwks("https://app.example.com/api/auth/jwks", {
 *   maxAge: 300, // fetch again after five minutes
 *   maxStale: 86_400, // use the last keys for a day while the issuer is down
 * });
 * ```
 */
export interface RemoteJwksOptions extends JwkOptions, IssuerOptions {
  /**
   * The age at which keys are no longer fresh. A refresh starts in the background at half of it. 10 to 86400;
   * default 600.
   */
  readonly maxAge?: number;
  /**
   * How long the last good keys go on serving when no newer ones can be had. `maxAge` to 30 days; default
   * 86400 (24 h).
   */
  readonly maxStale?: number;
  /**
   * Unknown keys may cause five fetches at once, and one more in each `cooldown` after that. 1 to 3600;
   * default 30.
   */
  readonly cooldown?: number;
  /** How long one fetch may take, to its last byte, whatever `fetch` does. 1 to 60; default 5. */
  readonly timeout?: number;
  /** The largest JWKS, in bytes. 1024 to 10 MiB; default 524288. */
  readonly maxBytes?: number;
  /**
   * Default: the global `fetch` of the moment; for http, which is for this machine alone, `node:http` where
   * the host has it and nobody has replaced that `fetch`: it uses no proxy. One of your own decides about
   * proxies itself.
   */
  readonly fetch?: Fetch;
  /** The time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
  /** A number from 0 up to 1, for tests. Default `Math.random`: it only spreads retries. */
  readonly random?: () => number;
}

/**
 * Keys that an issuer publishes: Better Auth's `/api/auth/jwks`.
 *
 * Fetched when the first token needs them (or by `verifier.ready()`), then kept fresh in the background. A
 * token of an unknown key fetches them anew, within a budget that all such tokens share (`cooldown`): it is
 * `key_unknown` once a fetch that began after it came has no such key, and `keys_unavailable` (503) while no
 * fetch may begin. When the issuer is out, the last good keys serve for `maxStale`; only then, and for tokens
 * of unknown keys, the answer is `keys_unavailable`. A key that has left the set verifies nothing from the
 * next refresh on.
 *
 * Does not compare the URL with the issuer: in a container network the two differ, and it is you who names
 * both. No request ever leaves because of what is in a token. A key that cannot be used is left out with a
 * process warning (`USHER_KEY_UNUSED`), once; one with `use: "enc"` without.
 *
 * @param url Where the JWKS is; https, or http on this machine.
 * @throws {ConfigurationError} A bad option.
 *
 * @example
 * ```ts
 * import { createVerifier, remoteJwks } from "@usher-auth/verify";
 *
 * const verifier = createVerifier({
 *   keys: remoteJwks("https://app.example.com/api/auth/jwks"),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * await verifier.ready(); // fetches the keys before the first request
 * ```
 */
export function remoteJwks(url: string | URL, options: RemoteJwksOptions = {}): KeySource {
  const { address, fetch, maxBytes, jwk, issuers, ...times } = readOptions(url, options);
  const { current, remote } = keepFresh<KeySet>({
    ...times,
    name: "remoteJwks",
    what: `the JWKS at ${address}`,
    fetch: (signal) => fetchJwks(address, fetch, maxBytes, signal),
    read: (document, previous) => {
      const next = readKeySet(document, jwk, previous);
      for (const warning of unusedKeys(next, previous))
        warn(`remoteJwks: ${warning} (${address})`, "USHER_KEY_UNUSED");
      return next;
    },
  });
  return {
    algorithms: publicAlgorithms,
    issuers,
    candidates: (header) => fittingKeys(current()?.keys ?? [], header),
    keys: () => current()?.keys ?? [],
    remote,
  };
}

function readOptions(url: string | URL, options: RemoteJwksOptions) {
  const { rsaAlgorithm } = options;
  if (rsaAlgorithm !== undefined && !isRsaAlgorithm(rsaAlgorithm)) {
    throw new ConfigurationError(
      "remoteJwks: rsaAlgorithm must be RS256, RS384, RS512, PS256, PS384 or PS512.",
    );
  }
  const seconds = (
    name: "maxAge" | "maxStale" | "cooldown" | "timeout",
    usual: number,
    least: number,
    most: number,
  ) => integerWithin(options[name] ?? usual, `remoteJwks: ${name}`, least, most) * 1000;
  const maxAge = seconds("maxAge", 600, 10, 86_400);
  return {
    address: readAddress(url),
    maxAge,
    maxStale: seconds("maxStale", 86_400, maxAge / 1000, 30 * 86_400),
    cooldown: seconds("cooldown", 30, 1, 3600),
    deadline: seconds("timeout", 5, 1, 60),
    maxBytes: integerWithin(options.maxBytes ?? 524_288, "remoteJwks: maxBytes", 1024, 10 * 1024 * 1024),
    fetch: readFetch(options.fetch),
    issuers: readIssuers(options, "remoteJwks"),
    clock: options.clock ?? elapsedClock(),
    random: options.random ?? (() => Math.random()),
    jwk: rsaAlgorithm === undefined ? {} : { rsaAlgorithm },
  };
}

function readFetch(fetch: Fetch | undefined): Fetch | undefined {
  if (fetch === undefined || typeof fetch === "function") return fetch;
  throw new ConfigurationError("remoteJwks: fetch must be a function.");
}

/** Over plain http anybody on the way could put their own keys in; on this machine nobody is on the way. */
function readAddress(url: string | URL): string {
  const address = URL.parse(String(url));
  const loopback =
    address !== null && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/.test(address.hostname);
  if (address?.protocol !== "https:" && !(address?.protocol === "http:" && loopback)) {
    throw new ConfigurationError("remoteJwks: the URL must be https, or http on this machine (localhost).");
  }
  if (address.username !== "" || address.password !== "") {
    throw new ConfigurationError("remoteJwks: the URL must hold no user name and no password.");
  }
  return address.href;
}
