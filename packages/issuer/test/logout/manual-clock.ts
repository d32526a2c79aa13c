import type { Clock } from "../../src/logout/clock.ts";

/** A clock that stands still until it is moved, and whose chance is always the same. */
export class ManualClock implements Clock {
  #now = Date.parse("2026-03-01T12:00:00Z");
  #tasks: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  chance(): number {
    return 0;
  }

  later(milliseconds: number, run: () => void): () => void {
    const task = { at: this.#now + milliseconds, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Milliseconds until the next thing that was put off, or `undefined` when there is none. */
  get next(): number | undefined {
    const times = this.#tasks.map(({ at }) => at - this.#now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves on, and runs what has become due. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#tasks.filter(({ at }) => at <= this.#now);
    this.#tasks = this.#tasks.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  /** Puts the time of day back, as an administrator does. Timers do not follow it. */
  setBack(milliseconds: number): void {
    this.#now -= milliseconds;
    for (const task of this.#tasks) task.at -= milliseconds;
  }
}
