/** Something that is checked regularly until it ends. */
export interface Watched {
  /** Checks whether it may continue, and ends it if not. */
  check(): void;
}

/** Milliseconds between two checks. Half of the second within which a socket closes after its token ended. */
const interval = 500;

/** One timer for all sockets. It runs while there are any and does not keep the process alive. */
export class Watch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#checkAll(), interval).unref();
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #checkAll(): void {
    for (const watched of this.#watched) watched.check();
  }
}
