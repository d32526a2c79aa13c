import type { Clock } from "../clock.ts";

/**
 * Seconds of the caller's clock for which one result is valid. Reading a clock is expensive; comparing is
 * not.
 */
const longestAnswer = 1;

/**
 * The time span, in seconds of the caller's clock, in which the revocations are fresh without another check.
 */
export interface FreshSpan {
  from: number;
  until: number;
}

/**
 * Whether the revocations were confirmed within the last `maxStaleness` seconds of elapsed time.
 *
 * A verification has read a clock already, and reading a second one would add noticeably to its cost. So the
 * result is computed once per second, and in between it takes two comparisons with the caller's time. If the
 * caller's clock jumps, it leaves the span, and the result is computed again.
 */
export class Freshness {
  readonly #maxStaleness: number;
  readonly #elapsed: Clock;
  readonly #span: FreshSpan;
  #confirmedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param maxStaleness In seconds.
   * @param elapsed Elapsed milliseconds; never decreases.
   * @param span Where the result is kept, for callers that read it directly. Empty at first.
   */
  constructor(maxStaleness: number, elapsed: Clock, span: FreshSpan) {
    this.#maxStaleness = maxStaleness;
    this.#elapsed = elapsed;
    this.#span = span;
    this.forget();
  }

  /** Seconds since the last confirmation; infinite before the first. */
  get age(): number {
    return (this.#elapsed() - this.#confirmedAt) / 1000;
  }

  /** @param at The elapsed time up to which nothing is missing. */
  confirm(at: number): void {
    if (at > this.#confirmedAt) this.#confirmedAt = at;
  }

  /** Resets: nothing is confirmed. */
  forget(): void {
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.#span.from = Number.POSITIVE_INFINITY;
    this.#span.until = Number.NEGATIVE_INFINITY;
  }

  /** @param now The caller's time, in seconds. */
  isFresh(now: number): boolean {
    if (now < this.#span.until && now >= this.#span.from) return true;
    const left = this.#maxStaleness - this.age;
    this.#span.from = now;
    this.#span.until = now + Math.min(longestAnswer, left);
    return left > 0;
  }
}
