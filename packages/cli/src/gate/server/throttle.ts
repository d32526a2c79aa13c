/** Milliseconds in which a kind of line is written once. */
const interval = 1_000;

interface Waiting {
  readonly timer: NodeJS.Timeout;
  /** The latest line that was held back, and how many there were. */
  write?: (count: number) => void;
  count: number;
}

/**
 * Writes each kind of line at most once a second, so that no one can fill a disk with refusals. The first is
 * written at once. Of those that follow within the second, the last is written at its end, with their number.
 */
export class Throttle {
  readonly #waiting = new Map<string, Waiting>();

  /**
   * @param kind One of a limited number.
   * @param write Writes the line, for this many.
   */
  add(kind: string, write: (count: number) => void): void {
    const waiting = this.#waiting.get(kind);
    if (waiting === undefined) {
      this.#open(kind);
      write(1);
    } else {
      waiting.count++;
      waiting.write = write;
    }
  }

  /** Writes what was held back. */
  flush(): void {
    for (const { timer, write, count } of this.#waiting.values()) {
      clearTimeout(timer);
      write?.(count);
    }
    this.#waiting.clear();
  }

  #open(kind: string): void {
    const timer = setTimeout(() => this.#close(kind), interval).unref();
    this.#waiting.set(kind, { timer, count: 0 });
  }

  #close(kind: string): void {
    const { write, count } = this.#waiting.get(kind) ?? {};
    this.#waiting.delete(kind);
    if (write === undefined || count === undefined) return;
    this.#open(kind);
    write(count);
  }
}
