/**
 * One revocation: of a token, of a session with all of its tokens, or of everything that a user had until a
 * time.
 */
export interface Revocation {
  /** The kind of `id`: a token's `jti`, a session's `sid`, or a user's `sub`. */
  readonly kind: "token" | "session" | "user";
  /**
   * The exact value of the claim. Never the token itself: a JWS has several spellings, and it is a secret.
   */
  readonly id: string;
  /**
   * The time of the revocation, in seconds since 1970 (NumericDate), from 0 to below 100,000,000,000;
   * milliseconds are rejected. For a user, it revokes tokens issued at or before it: whole seconds cover that
   * whole second, a fraction (`Date.now() / 1000`) is exact. For every kind, the entry may be deleted once it
   * is older than any token can be.
   */
  readonly before: number;
  /**
   * Who revoked it, for people and audits: an administrator's id, a program, or the issuer that reported a
   * logout. It decides nothing. At most 200 printable characters: a longer text is cut, control characters are
   * escaped, and what looks like a token is removed. Absent if that is not known.
   */
  readonly by?: string;
}

/** The callbacks that a {@link RevocationStore} calls. None of them throws. */
export interface RevocationListener {
  /** These were revoked, by any replica. May repeat earlier ones. */
  revoked(batch: readonly Revocation[]): void;
  /** Nothing is missing up to now. */
  confirmed(): void;
  /** Nothing can be confirmed now. The store keeps retrying. */
  failed(error: unknown): void;
}

/**
 * Stores revocations for as long as they may matter, shared by the replicas of an API.
 *
 * Each call has ten seconds, and so has each batch of `load`. After that it has failed and is retried later;
 * a late result is ignored. An invalid entry does not stop the others: it causes one process warning
 * (`USHER_REVOCATIONS_MISREAD`) and counts as far as it can be read.
 */
export interface RevocationStore {
  /** Returns everything that may still count, in batches, in any order. Entries may repeat. */
  load(): AsyncIterable<readonly Revocation[]>;
  /** Records durably, for all replicas. Resolves once recorded. Idempotent. */
  append(revocations: readonly Revocation[]): Promise<void>;
  /**
   * After this call: calls `revoked` with every appended revocation, and `confirmed` each time the store has
   * proven that nothing is missing, at least every 2 s while it works. After a lost connection, the store
   * reconnects and delivers what was missed before it confirms again.
   *
   * Resolves once it listens, to a function that unsubscribes.
   */
  subscribe(listener: RevocationListener): Promise<() => Promise<void>>;
}
