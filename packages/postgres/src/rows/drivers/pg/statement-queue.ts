/** Statements of one connection, one after the other, in the order of the calls. */
export class StatementQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything before it has settled. */
  run<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.then(ignore, ignore);
    return done;
  }

  /** Resolves when everything so far has settled. */
  get settled(): Promise<unknown> {
    return this.#last;
  }
}

function ignore(): void {}
