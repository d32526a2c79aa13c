/**
 * A cache with a limit of entries and of bytes, which evicts the least recently used entry first.
 *
 * A `Map` keeps its keys in insertion order, so an entry that is used is moved to the end.
 */
export class BoundedCache<Key, Entry extends { readonly bytes: number }> {
  readonly #capacity: number;
  readonly #room: number;
  readonly #entries = new Map<Key, Entry>();
  #bytes = 0;
  /** Kept between evictions: a new iterator would have to skip every deleted entry. */
  #oldestFirst = this.#entries.keys();

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
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: Key, entry: Entry): void {
    this.#delete(key);
    if (entry.bytes > this.#room) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    while (this.#entries.size > this.#capacity || this.#bytes > this.#room) this.#deleteOldest();
  }

  #deleteOldest(): void {
    const { value } = this.#oldestFirst.next();
    if (value !== undefined) this.#delete(value);
  }

  #delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** The same for plain values, limited by their number only. */
export class BoundedMap<Key, Value> {
  readonly #cache: BoundedCache<Key, { readonly bytes: number; readonly value: Value }>;

  constructor(capacity: number) {
    this.#cache = new BoundedCache(capacity);
  }

  get(key: Key): Value | undefined {
    return this.#cache.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    this.#cache.set(key, { value, bytes: 0 });
  }
}

/** How many of the last characters are hashed: 48 bits of the signature. */
const hashedCharacters = 8;

/**
 * A 32-bit hash of the end of a token, the key of the cache. Numbers are found faster than strings, which the
 * map would have to hash. Two tokens may have the same hash, so the caller must compare the token.
 */
export function hashOfEnd(token: string): number {
  let hash = 0;
  for (let index = token.length - hashedCharacters; index < token.length; index++) {
    hash = (hash * 31 + token.charCodeAt(index)) | 0;
  }
  return hash;
}
