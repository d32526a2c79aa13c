/**
 * What the cache stores in each entry itself. A wrapper object would add a memory access to each lookup,
 * which doubles its cost.
 */
export interface CacheEntry {
  /**
   * Whether the entry was used since the cache last considered it for eviction. Written by the cache only.
   */
  wanted: boolean;
  /** An estimate of the size in memory. */
  readonly bytes: number;
}

/** The most used entries to skip in one eviction. It bounds the time of an eviction. */
const maxPasses = 32;

/**
 * A cache with a limit of entries and of bytes, which evicts entries that were not used recently (CLOCK).
 *
 * A hand moves over the entries in insertion order. It evicts an entry that was not used since its last visit
 * and skips the others. Frequently used entries survive a scan of many new ones, a lookup only sets a flag,
 * and every operation has a constant bound.
 */
export class BoundedCache<Key, Entry extends CacheEntry> {
  readonly #capacity: number;
  readonly #room: number;
  readonly #entries = new Map<Key, Entry>();
  #bytes = 0;
  /**
   * Kept between evictions: a new iterator would have to skip every deleted entry. Created at the first
   * eviction.
   */
  #hand: Iterator<[Key, Entry]> | undefined;

  /**
   * @param capacity The most entries, at least 1.
   * @param room The most bytes. A larger entry is not stored. Default: no limit.
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

  /** The next entry under the hand. The map must not be empty. */
  #next(): [Key, Entry] {
    const next = this.#hand?.next();
    if (next !== undefined && !next.done) return next.value;
    this.#hand = this.#entries.entries();
    return this.#next();
  }
}

/** The same for plain values, limited by their number alone. */
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

/** How many of the last characters are hashed: 48 bits of the signature. */
const lastCharacters = 8;

/**
 * A 32-bit hash of a token, the key of the cache. A number is found faster than a string, which the map would
 * have to hash and compare. Two tokens may have the same hash, so the caller must compare the token.
 */
export function numberOf(token: string): number {
  let number = 0;
  for (let index = token.length - lastCharacters; index < token.length; index++) {
    number = (number * 31 + token.charCodeAt(index)) | 0;
  }
  return number;
}
