import { endOf } from "./read-revocation.ts";
import type { Revocation } from "./store.ts";

/** The claims that a revocation can name. */
export interface RevocableToken {
  /** The user. Absent for an OAuth client that acts for itself: it is no user. */
  readonly sub?: string | undefined;
  /** Without it, the token may have been issued before any revocation of its user. */
  readonly iat?: number | undefined;
  readonly jti?: string | undefined;
  readonly sid?: string | undefined;
}

/**
 * Seconds for which an entry outlives the oldest token: the largest `clockTolerance` of a verifier (300), and
 * a minute for a token that was being signed while its session ended.
 */
export const grace = 360;

/** Entries to check per addition. More than one, so that cleanup is faster than growth. */
const sweptPerEntry = 2;

/**
 * Revocations by kind and id. A check looks up each of the token's claims in a Map.
 *
 * Entries are deleted once no token that they match can be valid. There is no timer and no full scan: each
 * addition checks two entries, so the table never holds much more than twice the live ones.
 */
export class RevocationTable {
  readonly #life: number;
  readonly #capacity: number;
  readonly #kinds: Readonly<Record<Revocation["kind"], Entries>> = {
    token: new Entries(),
    session: new Entries(),
    user: new Entries(),
  };

  /**
   * @param maxTokenAge The longest lifetime of a token, in seconds.
   * @param capacity The most entries.
   */
  constructor(maxTokenAge: number, capacity: number) {
    this.#life = maxTokenAge + grace;
    this.#capacity = capacity;
  }

  get size(): number {
    const { token, session, user } = this.#kinds;
    return token.instants.size + session.instants.size + user.instants.size;
  }

  /**
   * Adds a revocation, unless it is too old to matter.
   *
   * @param now Seconds since 1970.
   * @returns Whether there was room.
   */
  add(revocation: Revocation, now: number): boolean {
    const { kind, id } = revocation;
    const end = endOf(revocation);
    const earliest = now - this.#life;
    const entries = this.#kinds[kind];
    if (end <= earliest) {
      entries.noteGone(end);
      return true;
    }
    const known = entries.instants.get(id);
    if (known === undefined) {
      entries.sweep(sweptPerEntry, earliest);
      if (this.size >= this.#capacity) return false;
    }
    if (known === undefined) entries.instants.set(copyOf(id), end);
    else if (known < end) entries.instants.set(id, end);
    return true;
  }

  /**
   * Whether `add` would change anything.
   *
   * @param now Seconds since 1970.
   */
  isNews(revocation: Revocation, now: number): boolean {
    const end = endOf(revocation);
    const known = this.#kinds[revocation.kind].instants.get(revocation.id);
    return end > now - this.#life && (known === undefined || known < end);
  }

  /** Checks a fiftieth of the entries, for times without additions. */
  sweep(now: number): void {
    for (const entries of Object.values(this.#kinds)) {
      entries.sweep(Math.max(1000, Math.ceil(entries.instants.size / 50)), now - this.#life);
    }
  }

  /**
   * Whether the list is complete. If the clock was ahead for a while, entries were deleted too early. After
   * that, call {@link startOver} and add everything again.
   *
   * @param now Seconds since 1970.
   */
  isWhole(now: number): boolean {
    return Object.values(this.#kinds).every(({ newestGone }) => newestGone <= now - this.#life);
  }

  startOver(): void {
    for (const entries of Object.values(this.#kinds)) entries.newestGone = Number.NEGATIVE_INFINITY;
  }

  /** The kind of the revocation that matches this token; undefined if none does. */
  find({ sub, iat, jti, sid }: RevocableToken): Revocation["kind"] | undefined {
    const { token, session, user } = this.#kinds;
    if (jti !== undefined && token.instants.size > 0 && token.instants.has(jti)) return "token";
    if (sid !== undefined && session.instants.size > 0 && session.instants.has(sid)) return "session";
    if (sub === undefined || user.instants.size === 0) return undefined;
    const end = user.instants.get(sub);
    return end !== undefined && (iat === undefined || iat < end) ? "user" : undefined;
  }
}

/**
 * Copies a string into its own memory. A substring or a concatenation keeps its whole source alive, and a
 * million ids could take ten times their size. Ids beyond Latin-1 are rare and stay as they are.
 */
function copyOf(id: string): string {
  const copy = Buffer.from(id, "latin1").toString("latin1");
  return copy === id ? copy : id;
}

/** The entries of one kind, with the time at which each becomes old, and the position of the cleanup. */
class Entries {
  readonly instants = new Map<string, number>();
  /** The latest time of the entries that were deleted for their age. */
  newestGone = Number.NEGATIVE_INFINITY;
  #swept = this.instants.entries();

  /** Checks up to `count` entries, from where the last call ended. An iterator of a Map tolerates changes. */
  sweep(count: number, earliest: number): void {
    for (let step = 0; step < count; step++) {
      const next = this.#swept.next();
      if (next.done) {
        this.#swept = this.instants.entries();
        return;
      }
      const [id, end] = next.value;
      if (end > earliest) continue;
      this.instants.delete(id);
      this.noteGone(end);
    }
  }

  noteGone(end: number): void {
    this.newestGone = Math.max(this.newestGone, end);
  }
}
