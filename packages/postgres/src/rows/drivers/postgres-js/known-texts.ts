/** What is known of the texts that ran: the types of their parameters, so that Postgres need not be asked again. */
export class KnownTexts {
  readonly #types = new Map<string, readonly number[]>();
  readonly #prepared = new Set<string>();

  get(text: string): readonly number[] | undefined {
    return this.#types.get(text);
  }

  add(text: string, types: readonly number[]): void {
    if (text.length > longest || this.#types.has(text)) return;
    const [oldest] = this.#types.keys();
    if (this.#types.size >= most && oldest !== undefined) this.#types.delete(oldest);
    this.#types.set(text, [...types]);
  }

  /** Whether a text is one of those that are prepared: the first ones, since a connection keeps them for ever. */
  prepares(text: string): boolean {
    if (this.#prepared.size < mostPrepared && text.length <= longest) this.#prepared.add(text);
    return this.#prepared.has(text);
  }

  /** After an error: a migration may have changed the types. */
  forget(text: string): void {
    this.#types.delete(text);
  }
}

const most = 1_000;
const mostPrepared = 100;
const longest = 10_000;
