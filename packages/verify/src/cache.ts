/**
 * What a cache needs of an entry, kept in the entry itself: a wrapper around it would cost each look-up
 * another access to memory, which is half of what it costs at all.
 */
export interface CacheEntry {
  /** Whether it was asked for since the cache last looked for something to forget. The cache's own. */
  wanted: boolean;
  /** An estimate. */
  readonly bytes: number;
}

/**
 * How many entries that were asked for are passed over for one that was not, at most: forgetting takes no
 * longer than that.
 */
const maxPasses = 32;

/**
 * Remembers as many entries as it is told to, within as many bytes as it is told to, and forgets first what
 * was not asked for lately.
 *
 * A hand goes round the entries in the order in which they came (the algorithm is known as CLOCK): it forgets
 * one that nobody has asked for since it last came by, and passes over the others. So hot entries survive a
 * long scan of cold ones, a look-up writes nothing but a flag, and no operation costs more than a few steps.
 */
export class BoundedCache<Key, Entry extends CacheEntry> {
  readonly #capacity: number;
  readonly #room: number;
  readonly #entries = new Map<Key, Entry>();
  #bytes = 0;
  /**
   * Kept, since a new one would have to step over whatever was deleted. Only made once something has to be
   * forgotten.
   */
  #hand: Iterator<[Key, Entry]> | undefined;

  /**
   * @param capacity The most entries, at least 1.
   * @param room The most bytes; an entry that is larger is not remembered. Default: no limit.
   */
  constructor(capacity: number, room: number = Number.POSITIVE_INFINITY) {
    this.#capacity = capacity;
    this.#room = room;
  }

  get(key: Key): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.wanted = true;
    return entry;
  }

  set(key: Key, entry: Entry): void {
    const replaced = this.#entries.get(key);
    if (replaced !== undefined) this.#forget(key, replaced);
    if (entry.bytes > this.#room) return;
    while (this.#entries.size >= this.#capacity || this.#bytes + entry.bytes > this.#room) this.#makeRoom();
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #makeRoom(): void {
    for (let passed = 0; ; passed++) {
      const [key, entry] = this.#next();
      if (!entry.wanted || passed === maxPasses) {
        this.#forget(key, entry);
        return;
      }
      entry.wanted = false;
    }
  }

  #forget(key: Key, { bytes }: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= bytes;
  }

  /** The entry that the hand comes to. It is only called where there is one. */
  #next(): [Key, Entry] {
    const next = this.#hand?.next();
    if (next !== undefined && !next.done) return next.value;
    this.#hand = this.#entries.entries();
    return this.#next();
  }
}

/** The same for values that are no entries, of which only the number counts. */
export class BoundedMap<Key, Value> {
  readonly #cache: BoundedCache<Key, CacheEntry & { readonly value: Value }>;

  constructor(capacity: number) {
    this.#cache = new BoundedCache(capacity);
  }

  get(key: Key): Value | undefined {
    return this.#cache.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    this.#cache.set(key, { value, bytes: 0, wanted: false });
  }
}

/** How many of a text's last characters make its number: of a token, 48 bits of its signature. */
const lastCharacters = 8;

/**
 * The number that a token is looked up by, of 32 bits. A number is found far sooner than a text, which would
 * have to be hashed and compared first. Different tokens may have the same one: what is found has to be
 * compared whole.
 */
export function numberOf(token: string): number {
  let number = 0;
  for (let index = token.length - lastCharacters; index < token.length; index++) {
    number = (number * 31 + token.charCodeAt(index)) | 0;
  }
  return number;
}
