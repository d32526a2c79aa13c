/**
 * Remembers at most `capacity` values by their key, and forgets those that were not asked for lately.
 *
 * Two generations: a full young one becomes the old one, and the former old one is dropped whole. A value asked for
 * is young again, so hot entries survive a long scan of cold ones, and no operation costs more than a map's.
 */
export class GenerationCache<Key, Value> {
  readonly #generationSize: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(capacity: number) {
    this.#generationSize = Math.max(1, Math.floor(capacity / 2));
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

/** How many of a text's last characters make its number: of a token, 48 bits of its signature. */
const lastCharacters = 8;

/**
 * The number that a token is looked up by, of 32 bits. A number is found far sooner than a text, which would have to be
 * hashed and compared first. Different tokens may have the same one: what is found has to be compared whole.
 */
export function numberOf(token: string): number {
  let number = 0;
  for (let index = token.length - lastCharacters; index < token.length; index++) {
    number = (number * 31 + token.charCodeAt(index)) | 0;
  }
  return number;
}
