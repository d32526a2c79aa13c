import type { AuthError } from "../errors.ts";
import type { UnverifiedHeader } from "../token/header.ts";
import type { Algorithm, VerificationKey } from "./signature.ts";

/**
 * A source of verification keys: `sharedSecret()`, `reloadedSecret()`, `localJwks()`, `remoteJwks()`, or your
 * own code, declared with `keySource()`.
 *
 * A source answers from memory. I/O happens in `refresh`, which only a remote source has. `algorithms` and
 * `issuers` are read once, when the source is created. A source that fails (throws, or returns no list of
 * keys) has no key for that token; if no other source has one, the answer is `keys_unavailable`. A source
 * must not call the verifier that calls it.
 */
export interface KeySource {
  /** The algorithms of this source's keys. */
  readonly algorithms: ReadonlySet<Algorithm>;
  /**
   * The issuers that these keys vouch for (RFC 8725 section 3.8). A token with another `iss` is
   * `issuer_rejected`. Default: every issuer of the verifier.
   */
  readonly issuers?: readonly string[] | undefined;
  /** The keys to try for a token with this header, in order; empty if none fits. The header is frozen. */
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  /** All current keys, for `keyUsage`. */
  keys?(): readonly VerificationKey[];
  /** Describes the keys in the hint of `signature_invalid`. Must not contain a secret. */
  readonly description?: () => string | undefined;
  /** The lifecycle of keys that are fetched or change. */
  readonly remote?: RemoteKeys;
}

/** The state of a source's keys. */
export interface KeyStatus {
  /** `stale`: older than `maxAge`, because newer ones could not be fetched. `missing`: there are no keys. */
  readonly state: "fresh" | "stale" | "missing";
  /** Seconds since the keys were fetched; absent for keys that do not age, and if there are none. */
  readonly age?: number;
}

/** How much one key is used, to see whether it is still needed. */
export interface KeyUsage {
  readonly algorithm: Algorithm;
  /** The version of a shared secret with versions. */
  readonly version?: number | undefined;
  /** The id of a public key, if it has one. */
  readonly kid?: string | undefined;
  /** Tokens verified since the process started. A cached token counts once. */
  readonly verified: number;
  /** The time of the last verification, in seconds since 1970; absent before the first. */
  readonly lastVerifiedAt?: number | undefined;
}

/**
 * Keeps a request's environment alive until some work is done: `waitUntil` of a Worker or an edge function.
 * The promises that it gets never reject.
 */
export type WaitUntil = (work: Promise<unknown>) => unknown;

/**
 * The lifecycle of fetched keys. Every function except `refresh` is synchronous and fast: each request calls
 * it.
 */
export interface RemoteKeys {
  /** Drops keys that are too old, and starts a background refresh when one is due. */
  maintain(waitUntil?: WaitUntil): void;
  /** Whether the keys are so old, because there was no traffic, that a request should wait for newer ones. */
  overdue(): boolean;
  /** Why a token with an unknown key may still be valid: the newest keys could not be fetched. */
  unavailable(): AuthError | undefined;
  /**
   * Whether `refresh` would join a running fetch. That fetch began before the request and may lack its key,
   * so `refresh` is called once more. Default: false.
   */
  refreshing?(): boolean;
  /**
   * Fetches keys: joins a running fetch, or starts one. Rejects with `keys_unavailable` if none may start now
   * (failures back off, and unknown keys have a budget), or if the fetch fails.
   */
  refresh(): Promise<void>;
  /** The longest duration of `refresh`, in milliseconds. The verifier waits no longer. Default: 5000. */
  readonly timeout?: number;
  status(): KeyStatus;
}
