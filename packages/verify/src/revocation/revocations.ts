import { AuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { warn } from "../warning.ts";
import { Freshness } from "./freshness.ts";
import { type RevocationsOptions, readOptions } from "./options.ts";
import { checkedRevocation, readStored } from "./read-revocation.ts";
import type { Revocation } from "./store.ts";
import { callTimeout, createSubscription } from "./subscription.ts";
import { type RevocableToken, RevocationTable } from "./table.ts";

/** How the list of what no longer counts is doing. */
export interface RevocationStatus {
  /** `stale`: not confirmed within `maxStaleness`. `missing`: never loaded whole. */
  readonly state: "current" | "stale" | "missing";
  /** What is done with tokens that are not known to be revoked, unless the state is `current`. */
  readonly whenStale: "refuse" | "accept";
  /** Seconds since the store last showed that nothing is missing; absent where it never did. */
  readonly staleness?: number;
  /** How many revocations are held. */
  readonly entries: number;
}

/** See {@link Revocations.snapshot}. */
export interface RevocationSnapshot {
  /** Goes up with whatever is revoked. */
  readonly revision: number;
  /** Seconds since 1970, by the clock of who asked last; included. */
  readonly from: number;
  /** As `from`; not included. */
  readonly until: number;
}

/** The list of what no longer counts: a replica in memory of what is in a store. */
export interface Revocations {
  /** As the options say, in seconds. */
  readonly maxTokenAge: number;
  /**
   * Begins to follow the store. Resolves once everything is loaded.
   *
   * @throws {AuthError} `revocations_unavailable`. It goes on trying by itself, every 30 seconds at the
   *   least.
   */
  ready(): Promise<void>;
  /**
   * What a token that passed `check` can count on: while `revision` is the same, and the time is in the span,
   * it would pass again. So a token that is seen again costs three comparisons, and no call.
   */
  readonly snapshot: RevocationSnapshot;
  /**
   * Lets a verified token pass, or says why not. No I/O and, unless it refuses, no allocation. Does NOT
   * verify anything.
   *
   * @param now Seconds since 1970, where the caller has read a clock already.
   * @throws {AuthError} `token_revoked`, `revocations_unavailable`.
   */
  check(token: RevocableToken, now?: number): void;
  /**
   * Revokes, here and in every replica. Resolves once the store has recorded it.
   *
   * @throws {TypeError} No revocation, or an instant that is none in seconds (see {@link Revocation.before}).
   * @throws {AuthError} `revocations_unavailable`: the store did not record it, or not within ten seconds.
   *   Nothing was changed here.
   */
  revoke(revocations: Revocation | readonly Revocation[]): Promise<void>;
  status(): RevocationStatus;
  /** Stops following the store. What is known goes stale. */
  close(): Promise<void>;
}

/** Some 450 megabytes. More than that a process should rather say than hold. */
const capacity = 4_000_000;

/**
 * Makes the list of what no longer counts, by `jti`, by `sid`, and by `sub` with an instant. It is for every
 * issuer of the verifier at once. Does nothing until `ready()` (a verifier's `ready()` calls it) or the first
 * check.
 *
 * @throws {ConfigurationError} An option that cannot be right.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 * await verifier.ready(); // loads the revocations before the first request
 * ```
 */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { store, maxTokenAge, maxStaleness, whenStale, clock, elapsed } = readOptions(options);
  const table = new RevocationTable(maxTokenAge, capacity);
  const snapshot = { revision: 0, from: 0, until: 0 };
  const freshness = new Freshness(maxStaleness, elapsed, snapshot);
  let failure: unknown;
  let hasWarnedStale = false;
  let hasWarnedMisread = false;
  const subscription = createSubscription(
    store,
    {
      take,
      confirm: (at) => {
        freshness.confirm(at);
        table.sweep(clock() / 1000);
        failure = undefined;
        hasWarnedStale = false;
        loadAgainIfNotWhole();
      },
      incomplete: () => {
        freshness.forget();
        table.startOver();
      },
      fail: (error) => {
        if (failure === undefined) tell(`cannot be confirmed: ${reasonOf(error)}`);
        failure = error ?? "no reason was given";
      },
    },
    elapsed,
    Math.random,
  );

  function take(batch: unknown): boolean {
    if (!Array.isArray(batch)) throw new TypeError("what the store gave is no list of revocations");
    const now = clock() / 1000;
    snapshot.revision++;
    let hadRoom = true;
    for (const entry of batch) {
      const { revocation, fault } = readStored(entry, now);
      if (fault !== undefined) warnMisread(fault);
      if (revocation !== undefined) hadRoom = table.add(revocation, now) && hadRoom;
    }
    return hadRoom;
  }

  function warnMisread(fault: string): void {
    if (hasWarnedMisread) return;
    hasWarnedMisread = true;
    warn(
      `a revocation in the store ${fault}: put it right there, by \`before\` in seconds`,
      "USHER_REVOCATIONS_MISREAD",
    );
  }

  function loadAgainIfNotWhole(): void {
    if (!table.isWhole(clock() / 1000))
      subscription.reload(new Error("the clock was ahead, and some were let go too early"));
  }

  function check(token: RevocableToken, now: number = clock() / 1000): void {
    // The asker's clock has gone back, and so may ours have.
    if (now < snapshot.from) loadAgainIfNotWhole();
    const kind = table.find(token);
    if (kind !== undefined) throw new AuthError("token_revoked", { hint: hints[kind] });
    if (!freshness.isFresh(now)) whenNotFresh();
  }

  function whenNotFresh(): void {
    subscription.start().catch(() => undefined);
    if (!hasWarnedStale)
      tell(`${since()}: tokens are ${whenStale === "refuse" ? "refused" : "accepted all the same"}`);
    hasWarnedStale = true;
    if (whenStale === "refuse") throw unavailable();
  }

  function since(): string {
    const { age } = freshness;
    return Number.isFinite(age) ? `were last confirmed ${Math.floor(age)} s ago` : "have not been loaded yet";
  }

  function unavailable(): AuthError {
    return new AuthError("revocations_unavailable", {
      hint: `revocations ${since()}${failure === undefined ? "" : `: ${reasonOf(failure)}`}`,
      cause: failure,
    });
  }

  async function revoke(given: Revocation | readonly Revocation[]): Promise<void> {
    // In objects of our own: what was checked is what is recorded, whatever the caller and the store do to
    // theirs.
    const batch = Object.freeze([given].flat().map(checkedRevocation));
    try {
      await within(callTimeout, () => store.append(batch));
    } catch (cause) {
      throw new AuthError("revocations_unavailable", { hint: `not recorded: ${reasonOf(cause)}`, cause });
    }
    // Not before: what is known here and nowhere else would be forgotten at a restart.
    take(batch);
  }

  function status(): RevocationStatus {
    const { age } = freshness;
    if (!Number.isFinite(age)) return { state: "missing", whenStale, entries: table.size };
    return {
      state: age < maxStaleness ? "current" : "stale",
      whenStale,
      staleness: Math.floor(age),
      entries: table.size,
    };
  }

  return {
    maxTokenAge,
    ready: () =>
      subscription.start().catch(() => {
        throw unavailable();
      }),
    snapshot,
    check,
    revoke,
    status,
    close: subscription.close,
  };
}

const hints: Readonly<Record<Revocation["kind"], string>> = {
  token: "this token (its jti) was revoked",
  session: "the session (sid) that it was made in has ended",
  user: "all that this user (sub) had until an instant was revoked, and it was issued at or before that",
};

function tell(what: string): void {
  warn(`revocations ${what}`, "USHER_REVOCATIONS_STALE");
}
