import type { AuthError } from "../errors.ts";
import type { UnverifiedHeader } from "../header.ts";
import type { Algorithm, VerificationKey } from "../signature.ts";

/**
 * Where keys come from: `sharedSecret()`, `localJwks()` or `remoteJwks()`.
 *
 * A source answers from memory, at once; what needs I/O happens in `refresh`, which only a remote source has.
 */
export interface KeySource {
  /** The algorithms that tokens verified by this source's keys may have. */
  readonly algorithms: ReadonlySet<Algorithm>;
  /** The keys that a token with this header may be tried against, in order; empty where none fits. */
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
  /** `stale`: older than they should be, since no newer ones can be had. `missing`: there are none to verify with. */
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

/** The life of keys that are fetched. Every function but `refresh` is synchronous and cheap: each request calls it. */
export interface RemoteKeys {
  /** Lets go of keys that are too old, and starts a refresh in the background when one is due. */
  maintain(): void;
  /** Whether the keys are so old, for want of traffic, that a request should wait for newer ones. */
  overdue(): boolean;
  /** Why a token whose key is not here may be good all the same: the newest keys could not be had. */
  unavailable(): AuthError | undefined;
  /**
   * Fetches keys, unless that is under way (it joins) or was done so lately that it would be no use (it resolves).
   * Rejects with `keys_unavailable`.
   */
  refresh(): Promise<void>;
  status(): KeyStatus;
}
