/** Something that is looked at again and again until it is over. */
export interface Watched {
  /** Looks whether it may go on, and ends it where it may not. */
  check(): void;
}

/**
 * Milliseconds between two looks at every socket. Half of the second within which an ended token's socket is
 * closed.
 */
const interval = 500;

/** One timer for all sockets, which runs while there are any and keeps no process alive. */
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
