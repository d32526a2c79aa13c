import { type Clock, elapsedClock } from "../../clock.ts";
import { ConfigurationError } from "../../errors.ts";
import { integerWithin } from "../../option-values.ts";
import { warn } from "../../warning.ts";
import { keySource } from "../custom-source.ts";
import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import { keepFresh } from "../refreshing.ts";
import { isRsaAlgorithm, publicAlgorithms } from "../signature.ts";
import { type Fetch, fetchJwks } from "./fetch-jwks.ts";
import { mayUseHttp, readInsecureHosts } from "./insecure-hosts.ts";
import type { JwkOptions } from "./jwk.ts";
import { fittingKeys, type KeySet, readKeySet, unusedKeys } from "./key-set.ts";

/**
 * Options of {@link remoteJwks}. All times are in seconds.
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
   * The age from which keys are no longer fresh. A refresh starts in the background at half of it. 10 to
   * 86400; default: 600.
   */
  readonly maxAge?: number;
  /**
   * How long the last keys stay valid while no newer ones are available. `maxAge` to 30 days; default: 86400
   * (24 h).
   */
  readonly maxStale?: number;
  /** Unknown keys may cause five fetches at once, then one more per `cooldown`. 1 to 3600; default: 30. */
  readonly cooldown?: number;
  /** The time limit of one fetch, to its last byte, whatever `fetch` does. 1 to 60; default: 5. */
  readonly timeout?: number;
  /** The largest JWKS, in bytes. 1024 to 10 MiB; default: 524288. */
  readonly maxBytes?: number;
  /**
   * Names of other hosts that the URL may reach over plain http: `["web"]` for a service of a
   * container network. Exact names, without scheme, port or wildcard; the case does not matter. Anyone who
   * can answer on that network in the host's place can insert their own keys, and with them sign tokens for
   * every user. With `NODE_ENV=production`, each host causes one process warning (`USHER_INSECURE_HOST`).
   * Default: none.
   */
  readonly allowInsecureHosts?: readonly string[];
  /**
   * A custom `fetch`, which then decides about proxies itself. Default: the global one; for http, `node:http`
   * without a proxy, if the host has it and the global `fetch` was not replaced.
   */
  readonly fetch?: Fetch;
  /** Returns the time in milliseconds since 1970, for tests. */
  readonly clock?: Clock;
  /** Returns a number from 0 up to 1, for tests. It spreads retries. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Creates a key source from the keys that an issuer publishes: Better Auth's `/api/auth/jwks`.
 *
 * Keys are fetched for the first token (or by `verifier.ready()`) and then refreshed in the background. A
 * token of an unknown key causes a fetch, within a budget that all such tokens share (`cooldown`). It is
 * `key_unknown` only after a fetch that began later than its request; while no fetch may begin, it is
 * `keys_unavailable` (503). During an outage of the issuer, the last keys stay valid for `maxStale`. After
 * that, and for unknown keys, the answer is `keys_unavailable`. A key that leaves the set is no longer valid
 * after the next refresh.
 *
 * Does not compare the URL with the issuer: in a container network the two differ. A token never chooses
 * the URL of a request. A key that cannot be used is skipped with one process warning
 * (`USHER_KEY_UNUSED`); a key with `use: "enc"` without one.
 *
 * @param url The URL of the JWKS: https, or http on this machine or on a host in `allowInsecureHosts`.
 * @throws {ConfigurationError} An invalid option.
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
  const shown = withoutQuery(address);
  const { current, remote } = keepFresh<KeySet>({
    ...times,
    name: "remoteJwks",
    what: `the JWKS at ${shown}`,
    source: shown,
    fetch: (signal) => fetchJwks(address, fetch, maxBytes, signal),
    read: (document, previous) => {
      const next = readKeySet(document, jwk, previous);
      for (const warning of unusedKeys(next, previous))
        warn(`remoteJwks: ${warning} (${shown})`, "USHER_KEY_UNUSED");
      return next;
    },
  });
  return keySource({
    algorithms: publicAlgorithms,
    issuers,
    candidates: (header) => fittingKeys(current()?.keys ?? [], header),
    keys: () => current()?.keys ?? [],
    remote,
  });
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
    address: readAddress(url, readInsecureHosts(options.allowInsecureHosts)),
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

/** For events, warnings and the log: a query may contain a secret. */
function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}

/** Over plain http, anyone on the network could insert their own keys. Loopback has no network. */
function readAddress(url: string | URL, insecureHosts: ReadonlySet<string>): string {
  const address = URL.parse(String(url));
  if (
    address?.protocol !== "https:" &&
    !(address?.protocol === "http:" && mayUseHttp(address, insecureHosts))
  ) {
    throw new ConfigurationError(
      "remoteJwks: the URL must be https, or http on this machine (localhost) or on a host in " +
        "allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS): over http, anyone on the network could insert " +
        "their own keys.",
    );
  }
  if (address.username !== "" || address.password !== "") {
    throw new ConfigurationError("remoteJwks: the URL must not contain a user name or a password.");
  }
  return address.href;
}
