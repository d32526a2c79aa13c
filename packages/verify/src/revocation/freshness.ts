import type { Clock } from "../clock.ts";

/**
 * For how long, in seconds of the asker's clock, one answer holds: a clock is dear, and a comparison is not.
 */
const longestAnswer = 1;

/**
 * From when, and until when, in seconds of the asker's clock, what is known is recent enough without another
 * look.
 */
export interface FreshSpan {
  from: number;
  until: number;
}

/**
 * Whether what is known is recent enough: confirmed within the last so many seconds of time that has really
 * passed.
 *
 * A verification has read a clock already; a second reading would cost a good part of it. So the answer is
 * worked out once a second, and between those it is two comparisons with the time that the asker has. A clock
 * of the asker's that jumps, either way, leaves the span in which the answer holds, and it is worked out
 * anew.
 */
export class Freshness {
  readonly #maxStaleness: number;
  readonly #elapsed: Clock;
  readonly #span: FreshSpan;
  #confirmedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param maxStaleness In seconds.
   * @param elapsed Milliseconds that never run back.
   * @param span Where the answer is kept, for whoever cannot afford to ask. Empty at first.
   */
  constructor(maxStaleness: number, elapsed: Clock, span: FreshSpan) {
    this.#maxStaleness = maxStaleness;
    this.#elapsed = elapsed;
    this.#span = span;
    this.forget();
  }

  /** Seconds since the last confirmation; infinite where there was none. */
  get age(): number {
    return (this.#elapsed() - this.#confirmedAt) / 1000;
  }

  /** @param at The reading of the clock for which nothing is missing. */
  confirm(at: number): void {
    if (at > this.#confirmedAt) this.#confirmedAt = at;
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.#span.from = Number.POSITIVE_INFINITY;
    this.#span.until = Number.NEGATIVE_INFINITY;
  }

  /** @param now The asker's time, in seconds. */
  isFresh(now: number): boolean {
    if (now < this.#span.until && now >= this.#span.from) return true;
    const left = this.#maxStaleness - this.age;
    this.#span.from = now;
    this.#span.until = now + Math.min(longestAnswer, left);
    return left > 0;
  }
}
