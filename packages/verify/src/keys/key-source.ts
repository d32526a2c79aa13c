import type { AuthError } from "../errors.ts";
import type { UnverifiedHeader } from "../token/header.ts";
import type { Algorithm, VerificationKey } from "./signature.ts";

/**
 * Where keys come from: `sharedSecret()`, `reloadedSecret()`, `localJwks()`, `remoteJwks()`, or an object of
 * your own.
 *
 * A source answers from memory, at once; what needs I/O happens in `refresh`, which only a remote source has.
 * `algorithms` and `issuers` are read once, when the verifier is made. A source that fails (throws, or
 * returns what is no list of keys) has no key for that token: where no other source has one, the answer is
 * `keys_unavailable`. It must not call the verifier that it is asked by.
 */
export interface KeySource {
  /** The algorithms that tokens verified by this source's keys may have. */
  readonly algorithms: ReadonlySet<Algorithm>;
  /**
   * The issuers that these keys vouch for (RFC 8725 section 3.8): a token of theirs with another `iss` is
   * `issuer_rejected`. Default: every issuer of the verifier.
   */
  readonly issuers?: readonly string[] | undefined;
  /**
   * The keys that a token with this header may be tried against, in order; empty where none fits. The header
   * is frozen.
   */
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  /** Every key that it has now, for the operator who asks which are in use. */
  keys?(): readonly VerificationKey[];
  /** For the operator: which keys a token that none of them signed was tried against. Names no secret. */
  readonly description?: () => string;
  /** What a source is that can lose or change its keys. */
  readonly remote?: RemoteKeys;
}

/** How the keys of a source are doing. */
export interface KeyStatus {
  /**
   * `stale`: older than they should be, since newer ones cannot be fetched. `missing`: there are none to
   * verify with.
   */
  readonly state: "fresh" | "stale" | "missing";
  /** Seconds since the keys were fetched; absent for keys that do not age, and where there are none. */
  readonly age?: number;
}

/** What one key has verified, for an operator who wants to know whether it is still needed. */
export interface KeyUsage {
  readonly algorithm: Algorithm;
  /** The version of a shared secret that has versions. */
  readonly version?: number | undefined;
  /** The id of a public key that has one. */
  readonly kid?: string | undefined;
  /** How many tokens it has verified since the process began. One that is remembered is counted once. */
  readonly verified: number;
  /** When it last did, in seconds since 1970; absent where it never has. */
  readonly lastVerifiedAt?: number | undefined;
}

/**
 * Keeps a request's surroundings alive until some work is done: `waitUntil` of a Worker's or an edge
 * function's context. It is called with promises that never reject.
 */
export type WaitUntil = (work: Promise<unknown>) => unknown;

/**
 * The life of keys that are fetched. Every function but `refresh` is synchronous and cheap: each request
 * calls it.
 */
export interface RemoteKeys {
  /** Lets go of keys that are too old, and starts a refresh in the background when one is due. */
  maintain(waitUntil?: WaitUntil): void;
  /** Whether the keys are so old, for want of traffic, that a request should wait for newer ones. */
  overdue(): boolean;
  /** Why a token whose key is not here may be good all the same: the newest keys could not be fetched. */
  unavailable(): AuthError | undefined;
  /**
   * Whether a fetch is under way that `refresh` would join. It was sent before the token came that asks now,
   * and may miss its key: `refresh` is then called once more. Default: no.
   */
  refreshing?(): boolean;
  /**
   * Fetches keys: joins a fetch that is under way, or begins one. Rejects with `keys_unavailable` where none
   * may begin now (failures back off, and unknown keys have a budget), or where it fails.
   */
  refresh(): Promise<void>;
  /**
   * How long `refresh` takes at the most, in milliseconds; after that, the verifier waits no more. Default
   * 5000.
   */
  readonly timeout?: number;
  status(): KeyStatus;
}
