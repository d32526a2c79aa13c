import { readMaker } from "./maker.ts";
import type { Revocation } from "./store.ts";

const kinds: ReadonlySet<unknown> = new Set<Revocation["kind"]>(["token", "session", "user"]);

/**
 * Above any time in seconds: as seconds it is in the year 5138, as milliseconds in 1973. A user's revocation
 * with a time in milliseconds would be valid for 50,000 years.
 */
const beyondSeconds = 100_000_000_000;

/** Seconds by which an issuer's clock may be ahead. */
const aheadAtMost = 86_400;

/**
 * Validates a revocation of the application, and copies it.
 *
 * @throws {TypeError} Not a revocation, its time is not in seconds, or `by` is not a string.
 */
export function checkedRevocation(given: unknown): Revocation {
  const { kind, id, before, by } = named(given);
  if (!kinds.has(kind) || !isId(id) || !isInstant(before)) {
    throw new TypeError(
      'a revocation is { kind: "token" | "session" | "user", id: a non-empty string, before: seconds since 1970 (not milliseconds) }',
    );
  }
  if (by !== undefined && typeof by !== "string")
    throw new TypeError("a revocation's `by` is a string, or absent");
  return Object.freeze({ kind: kind as Revocation["kind"], id, before, ...readMaker(by) });
}

/** A revocation from a store, and what was wrong with it. */
export interface StoredRevocation {
  /** Undefined if the entry does not name what it revokes. */
  readonly revocation: Revocation | undefined;
  /** What was wrong, for the log. */
  readonly fault?: string;
}

/**
 * Reads an entry of a store. An entry in a store was meant to revoke something. If its time is not in
 * seconds, it is read as milliseconds if that gives a valid time. Otherwise the entry counts from now: it
 * revokes, and it expires.
 *
 * @param now Seconds since 1970.
 */
export function readStored(given: unknown, now: number): StoredRevocation {
  const { kind, id, before, by } = named(given);
  if (!kinds.has(kind) || !isId(id)) return { revocation: undefined, fault: "does not say what it revokes" };
  const is = (instant: number): Revocation =>
    Object.freeze({ kind: kind as Revocation["kind"], id, before: instant, ...readMaker(by) });
  if (isInstant(before)) return { revocation: is(before) };
  const seconds = typeof before === "number" ? before / 1000 : Number.NaN;
  return isInstant(seconds) && seconds <= now + aheadAtMost
    ? { revocation: is(seconds), fault: "has its time in milliseconds" }
    : { revocation: is(now), fault: "has no time in seconds and counts from now" };
}

/**
 * The end of the time that a revocation covers, exclusive: it revokes a user's tokens that were issued
 * before. A time in whole seconds covers that whole second, because the order within it is unknown. A time
 * with a fraction is exact. A token whose `iat` has a fraction can then be later, so that a user who signs in
 * again immediately is accepted.
 */
export function endOf({ before }: Revocation): number {
  return Number.isInteger(before) ? before + 1 : before + microsecond;
}

const microsecond = 1e-6;

function named(given: unknown): Partial<Record<"kind" | "id" | "before" | "by", unknown>> {
  return typeof given === "object" && given !== null ? given : {};
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id !== "";
}

function isInstant(before: unknown): before is number {
  return typeof before === "number" && before >= 0 && before < beyondSeconds;
}
