import { endOf } from "./read-revocation.ts";
import type { Revocation } from "./store.ts";

/** The claims of a token that a revocation can name. */
export interface RevocableToken {
  readonly sub: string;
  /** A token without one cannot have been issued after a user's revocation, as far as anybody can tell. */
  readonly iat?: number | undefined;
  readonly jti?: string | undefined;
  readonly sid?: string | undefined;
}

/**
 * Seconds for which an entry outlives the greatest age of a token: the largest `clockTolerance` that a
 * verifier may have (300), and a minute for a token that was being signed while its session ended.
 */
export const grace = 360;

/**
 * How many entries are looked at for each that comes in: more than one, so that the sweep gains on the
 * growth.
 */
const sweptPerEntry = 2;

/**
 * What no longer counts, by kind and id. A look-up is one of a Map for each claim that the token has.
 *
 * Entries leave once no token that they match can be alive. There is no timer and no pass over everything:
 * whoever puts one in sweeps two others, so that the table never holds much more than twice what is alive.
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
   * @param maxTokenAge The longest life of a token, in seconds.
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
   * Puts a revocation in, unless it is too old to matter.
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

  /** Looks at a fiftieth of the entries, for times in which nothing comes in. */
  sweep(now: number): void {
    for (const entries of Object.values(this.#kinds)) {
      entries.sweep(Math.max(1000, Math.ceil(entries.instants.size / 50)), now - this.#life);
    }
  }

  /**
   * Whether nothing is missing that matters now. After the clock was ahead for a while, there may be: what
   * was too old then is not too old any more. Once that was noticed, {@link startOver} is for before
   * everything is put in again.
   *
   * @param now Seconds since 1970.
   */
  isWhole(now: number): boolean {
    return Object.values(this.#kinds).every(({ newestGone }) => newestGone <= now - this.#life);
  }

  startOver(): void {
    for (const entries of Object.values(this.#kinds)) entries.newestGone = Number.NEGATIVE_INFINITY;
  }

  /** The kind of the revocation that names this token; undefined where none does. */
  find({ sub, iat, jti, sid }: RevocableToken): Revocation["kind"] | undefined {
    const { token, session, user } = this.#kinds;
    if (jti !== undefined && token.instants.size > 0 && token.instants.has(jti)) return "token";
    if (sid !== undefined && session.instants.size > 0 && session.instants.has(sid)) return "session";
    if (user.instants.size === 0) return undefined;
    const end = user.instants.get(sub);
    return end !== undefined && (iat === undefined || iat < end) ? "user" : undefined;
  }
}

/**
 * The same text in memory of its own. One that was cut out of a larger text, or put together of several,
 * holds on to all of those: a million ids could cost ten times what they need. Beyond Latin-1, which ids
 * hardly go, it stays as it is.
 */
function copyOf(id: string): string {
  const copy = Buffer.from(id, "latin1").toString("latin1");
  return copy === id ? copy : id;
}

/**
 * The entries of one kind, each with the instant from which on it is old, with the place up to which they
 * were swept.
 */
class Entries {
  readonly instants = new Map<string, number>();
  /** The latest instant of those that were let go for their age. */
  newestGone = Number.NEGATIVE_INFINITY;
  #swept = this.instants.entries();

  /**
   * Takes up to `count` steps, from where the last sweep ended; an iterator of a Map bears changes made
   * meanwhile.
   */
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
