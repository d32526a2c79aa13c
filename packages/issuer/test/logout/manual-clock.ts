import type { Clock } from "../../src/logout/clock.ts";

/** A clock that only moves when told to. Its `chance` is always 0. */
export class ManualClock implements Clock {
  #now = Date.parse("2026-03-01T12:00:00Z");
  #tasks: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  chance(): number {
    return 0;
  }

  schedule(milliseconds: number, run: () => void): () => void {
    const task = { at: this.#now + milliseconds, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Milliseconds until the next timer, or `undefined` when there is none. */
  get next(): number | undefined {
    const times = this.#tasks.map(({ at }) => at - this.#now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves the clock forward and runs the timers that are due. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#tasks.filter(({ at }) => at <= this.#now);
    this.#tasks = this.#tasks.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  /** Sets the time of day back. Timers are not affected. */
  setBack(milliseconds: number): void {
    this.#now -= milliseconds;
    for (const task of this.#tasks) task.at -= milliseconds;
  }
}
