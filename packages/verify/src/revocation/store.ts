/**
 * One thing that no longer counts: a token, a session with all of its tokens, or all that a user had until an
 * instant.
 */
export interface Revocation {
  /** What `id` is: a token's `jti`, a session's `sid`, or a user's `sub`. */
  readonly kind: "token" | "session" | "user";
  /**
   * The claim's value, exactly. Never the token's text: a JWS can be spelled in more than one way, and is a
   * secret.
   */
  readonly id: string;
  /**
   * When it was revoked, in seconds since 1970 (NumericDate), from 0 to below 100,000,000,000; milliseconds
   * are refused. Of a user, tokens issued at or before it are refused: whole seconds mean all of that second,
   * and a fraction (`Date.now() / 1000`) is exact. Of every kind, the entry may go once it is older than any
   * token can be.
   */
  readonly before: number;
}

/** What a {@link RevocationStore} tells. None of the three throws. */
export interface RevocationListener {
  /** Somebody, anywhere, has revoked these. May repeat what was told before. */
  revoked(batch: readonly Revocation[]): void;
  /** The store has shown, just now, that nothing is missing. */
  confirmed(): void;
  /** Why nothing can be confirmed at the moment. The store goes on trying. */
  failed(error: unknown): void;
}

/**
 * Where revocations are kept, for as long as they may matter, and shared by the replicas of an API.
 *
 * Each call has ten seconds, and so has each batch of `load`: then it counts as failed, and is made anew
 * later. What comes after that is not waited for. An entry that is no revocation neither stops the others nor
 * goes unnoticed: it is a process warning (`USHER_REVOCATIONS_MISREAD`, once), and counts as well as it can
 * be read.
 */
export interface RevocationStore {
  /** Everything that may still count, in batches, in any order; entries may come more than once. */
  load(): AsyncIterable<readonly Revocation[]>;
  /** Records durably, for all replicas. Resolves once recorded. Idempotent. */
  append(revocations: readonly Revocation[]): Promise<void>;
  /**
   * From the call on: `revoked` with what anyone appends; `confirmed` each time the store has shown that
   * nothing is missing up to now, at least every 2 s while it is well. After a lost connection the store
   * reconnects by itself and delivers what was missed before it next confirms.
   *
   * Resolves once it listens, to the way to stop it.
   */
  subscribe(listener: RevocationListener): Promise<() => Promise<void>>;
}
