import type { Revocation } from "./store.ts";

const kinds: ReadonlySet<unknown> = new Set<Revocation["kind"]>(["token", "session", "user"]);

/**
 * No instant in seconds is as large as this: as seconds, it is in the year 5138, and as milliseconds, in
 * 1973. A revocation of a user with an instant in milliseconds would hold for 50,000 years.
 */
const beyondSeconds = 100_000_000_000;

/** Seconds by which an issuer's clock may be ahead of this one, at the most. */
const aheadAtMost = 86_400;

/**
 * The revocation that user code gave, in an object of our own.
 *
 * @throws {TypeError} It is none, or its instant cannot be one in seconds.
 */
export function checkedRevocation(given: unknown): Revocation {
  const { kind, id, before } = named(given);
  if (!kinds.has(kind) || !isId(id) || !isInstant(before)) {
    throw new TypeError(
      'a revocation is { kind: "token" | "session" | "user", id: a non-empty string, before: seconds since 1970 (not milliseconds) }',
    );
  }
  return Object.freeze({ kind: kind as Revocation["kind"], id, before });
}

/** A revocation as it stands in a store, and whether it had to be guessed at. */
export interface StoredRevocation {
  /** Undefined where it does not say what it revokes. */
  readonly revocation: Revocation | undefined;
  /** What was wrong with it, for the operator. */
  readonly fault?: string;
}

/**
 * What somebody has put into a store was meant to revoke something. So an instant that is none in seconds is
 * read as milliseconds where that makes one, and otherwise the entry counts from now: it does revoke, and can
 * become old.
 *
 * @param now Seconds since 1970.
 */
export function readStored(given: unknown, now: number): StoredRevocation {
  const { kind, id, before } = named(given);
  if (!kinds.has(kind) || !isId(id)) return { revocation: undefined, fault: "does not say what it revokes" };
  const is = (instant: number): Revocation => ({ kind: kind as Revocation["kind"], id, before: instant });
  if (isInstant(before)) return { revocation: is(before) };
  const seconds = typeof before === "number" ? before / 1000 : Number.NaN;
  return isInstant(seconds) && seconds <= now + aheadAtMost
    ? { revocation: is(seconds), fault: "has its instant in milliseconds" }
    : { revocation: is(now), fault: "has no instant in seconds, and counts from now" };
}

/**
 * Where the time ends that a revocation is about; not included. Tokens of a user that were issued before it
 * are revoked. An instant in whole seconds means all of its second, since nobody can tell what was first. One
 * with a fraction is exact, and so a token that says its own to the fraction can be told from it: who signs
 * in again at once is not refused.
 */
export function endOf({ before }: Revocation): number {
  return Number.isInteger(before) ? before + 1 : before + microsecond;
}

const microsecond = 1e-6;

function named(given: unknown): Partial<Record<"kind" | "id" | "before", unknown>> {
  return typeof given === "object" && given !== null ? given : {};
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id !== "";
}

function isInstant(before: unknown): before is number {
  return typeof before === "number" && before >= 0 && before < beyondSeconds;
}
