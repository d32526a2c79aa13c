import { AuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";
import { within } from "../user-code/deadline.ts";
import { warn } from "../warning.ts";
import { Freshness } from "./freshness.ts";
import { type RevocationsOptions, readOptions } from "./options.ts";
import { checkedRevocation, readStored } from "./read-revocation.ts";
import { createRevocationReports } from "./revocation-reports.ts";
import type { Revocation } from "./store.ts";
import { callTimeout, createSubscription } from "./subscription.ts";
import { type RevocableToken, RevocationTable } from "./table.ts";

/** The state of the revocations. */
export interface RevocationStatus {
  /** `stale`: not confirmed within `maxStaleness`. `missing`: never fully loaded. */
  readonly state: "current" | "stale" | "missing";
  /** What happens to tokens that are not known to be revoked, unless the state is `current`. */
  readonly whenStale: "refuse" | "accept";
  /** Seconds since the last confirmation of the store; absent before the first. */
  readonly staleness?: number;
  /** The number of revocations in memory. */
  readonly entries: number;
}

/** Revoked tokens, sessions and users: a copy in memory of the store's content. */
export interface Revocations {
  /** The option, in seconds. */
  readonly maxTokenAge: number;
  /**
   * Subscribes to the store. Resolves once everything is loaded.
   *
   * @throws {AuthError} `revocations_unavailable`. It keeps retrying, at least every 30 seconds.
   */
  ready(): Promise<void>;
  /**
   * Checks whether a verified token was revoked. No I/O, and no allocation unless it rejects. Does NOT verify
   * the token.
   *
   * @param now Seconds since 1970, if the caller has read a clock already.
   * @throws {AuthError} `token_revoked`, `revocations_unavailable`.
   */
  check(token: RevocableToken, now?: number): void;
  /**
   * Revokes, here and in every replica. Resolves once the store has recorded it.
   *
   * @throws {TypeError} Not a revocation, or its time is not in seconds (see {@link Revocation.before}).
   * @throws {AuthError} `revocations_unavailable`: the store did not record it within ten seconds. Nothing
   *   changed here.
   */
  revoke(revocations: Revocation | readonly Revocation[]): Promise<void>;
  status(): RevocationStatus;
  /** Unsubscribes from the store. The revocations become stale. */
  close(): Promise<void>;
}

/** About 450 MB. Above that, a process should fail visibly. */
const capacity = 4_000_000;

/**
 * Creates a list of revocations: of tokens by `jti`, of sessions by `sid`, and of users by `sub` and a time.
 * It covers every issuer of the verifier. Does nothing until `ready()` (a verifier's `ready()` calls it) or
 * the first check.
 *
 * @throws {ConfigurationError} An invalid option.
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
  const freshness = new Freshness(maxStaleness, elapsed);
  const reports = createRevocationReports();
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
        if (isCurrent()) reports.current();
      },
      incomplete: () => {
        freshness.forget();
        table.startOver();
      },
      fail: (error) => {
        if (failure === undefined) tell(`cannot be confirmed: ${reasonOf(error)}`);
        failure = error ?? "no reason was given";
        if (!isCurrent()) reports.stale(failure);
      },
    },
    elapsed,
    Math.random,
  );

  function take(batch: unknown, isNew: boolean): boolean {
    if (!Array.isArray(batch)) throw new TypeError("the store returned no list of revocations");
    const now = clock() / 1000;
    const received = isNew ? reports.receiving() : undefined;
    let hadRoom = true;
    for (const entry of batch) {
      const { revocation, fault } = readStored(entry, now);
      if (fault !== undefined) warnMisread(fault);
      if (revocation === undefined) continue;
      if (received !== undefined && table.isNews(revocation, now)) received.add(revocation);
      hadRoom = table.add(revocation, now) && hadRoom;
    }
    received?.tell();
    return hadRoom;
  }

  function warnMisread(fault: string): void {
    if (hasWarnedMisread) return;
    hasWarnedMisread = true;
    warn(
      `a revocation in the store ${fault}: correct it in the store, with \`before\` in seconds`,
      "USHER_REVOCATIONS_MISREAD",
    );
  }

  function loadAgainIfNotWhole(): void {
    if (!table.isWhole(clock() / 1000))
      subscription.reload(new Error("the clock was ahead, and some were deleted too early"));
  }

  function check(token: RevocableToken, now: number = clock() / 1000): void {
    // The caller's clock went back, and so this one may have.
    if (freshness.hasGoneBack(now)) loadAgainIfNotWhole();
    const kind = table.find(token);
    if (kind !== undefined) throw new AuthError("token_revoked", { hint: hints[kind] });
    if (!freshness.isFresh(now)) whenNotFresh();
  }

  const isCurrent = (): boolean => freshness.age < maxStaleness;

  function whenNotFresh(): void {
    reports.stale(failure);
    subscription.start().catch(() => undefined);
    if (!hasWarnedStale)
      tell(`${since()}: tokens are ${whenStale === "refuse" ? "refused" : "accepted anyway"}`);
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
    // Copies: what was checked is what is recorded, whatever the caller and the store do to their objects.
    const batch = Object.freeze([given].flat().map(checkedRevocation));
    const report = reports.revoking(batch);
    try {
      await within(callTimeout, () => store.append(batch));
    } catch (cause) {
      report.failed();
      throw new AuthError("revocations_unavailable", { hint: `not recorded: ${reasonOf(cause)}`, cause });
    }
    // After the store: a revocation that is only in memory would be lost at a restart.
    take(batch, false);
    report.recorded();
  }

  function status(): RevocationStatus {
    const { age } = freshness;
    if (!isCurrent()) reports.stale(failure);
    if (!Number.isFinite(age)) return { state: "missing", whenStale, entries: table.size };
    return {
      state: isCurrent() ? "current" : "stale",
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
    check,
    revoke,
    status,
    close: subscription.close,
  };
}

const hints: Readonly<Record<Revocation["kind"], string>> = {
  token: "this token (its jti) was revoked",
  session: "its session (sid) has ended",
  user: "everything of this user (sub) up to a time was revoked, and it was issued at or before that",
};

function tell(what: string): void {
  warn(`revocations ${what}`, "USHER_REVOCATIONS_STALE");
}
