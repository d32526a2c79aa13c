/** The types that Postgres gave the parameters of a text, so that it need not be asked each time. */
export class KnownTypes {
  readonly #types = new Map<string, readonly number[]>();

  get(text: string): readonly number[] | undefined {
    return this.#types.get(text);
  }

  add(text: string, types: readonly number[]): void {
    if (text.length > longest || this.#types.has(text)) return;
    const [oldest] = this.#types.keys();
    if (this.#types.size >= most && oldest !== undefined) this.#types.delete(oldest);
    this.#types.set(text, [...types]);
  }

  /** After an error: a migration may have changed the types. */
  forget(text: string): void {
    this.#types.delete(text);
  }
}

const most = 1_000;
const longest = 10_000;
