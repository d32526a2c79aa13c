/** A request as a backend received it. */
export interface Recording {
  readonly method: string;
  /** The request target as it arrived: path and query. */
  readonly target: string;
  /** The path as the backend's frameworks get it, if the server decodes it for them (ASGI). */
  readonly path?: string;
  /** Names as they arrived. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Fields behind the body, if the server hands them on. Grows at the end. */
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  /** ISO 8859-1. Grows while the body arrives. */
  readonly body: string;
}

/** A backend that accepts every request, remembers it, and answers with its target. */
export interface Recorder {
  readonly port: number;
  /**
   * Waits for the request whose target contains `mark`, and returns what arrived before it. Forgets all of
   * them.
   *
   * @throws {Error} It does not arrive.
   */
  before(mark: string): Promise<readonly Recording[]>;
  stop(): Promise<void>;
}

/** Requests in the order in which they arrived, for {@link Recorder.before}. */
export class Arrivals {
  #all: Recording[] = [];
  #wake: () => void = () => undefined;

  add(recording: Recording): void {
    this.#all.push(recording);
    this.#wake();
  }

  async before(mark: string): Promise<readonly Recording[]> {
    const deadline = AbortSignal.timeout(20_000);
    while (!deadline.aborted) {
      const index = this.#all.findIndex(({ target }) => target.includes(mark));
      if (index !== -1) return this.#all.splice(0, index + 1).slice(0, -1);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        deadline.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    throw new Error(`${mark} did not arrive`);
  }
}
