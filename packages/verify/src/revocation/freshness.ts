import type { Clock } from "../clock.ts";

/** Seconds of the caller's clock for which one result is valid: reading a clock takes longer. */
const longestAnswer = 1;

/**
 * Whether the revocations were confirmed within the last `maxStaleness` seconds of elapsed time.
 *
 * The result is computed once per second and reused in between. If the caller's clock jumps, it leaves the
 * span in which the result is valid, and the result is computed again.
 */
export class Freshness {
  readonly #maxStaleness: number;
  readonly #elapsed: Clock;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  /** From when to when the last answer "fresh" holds, in seconds of the caller's clock. */
  #from = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /**
   * @param maxStaleness In seconds.
   * @param elapsed Elapsed milliseconds; never decreases.
   */
  constructor(maxStaleness: number, elapsed: Clock) {
    this.#maxStaleness = maxStaleness;
    this.#elapsed = elapsed;
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
    this.#from = Number.POSITIVE_INFINITY;
    this.#until = Number.NEGATIVE_INFINITY;
  }

  /** @param now The caller's time, in seconds. */
  isFresh(now: number): boolean {
    if (now < this.#until && now >= this.#from) return true;
    const left = this.#maxStaleness - this.age;
    this.#from = now;
    this.#until = now + Math.min(longestAnswer, left);
    return left > 0;
  }

  /**
   * Whether the caller's clock was set back since the last answer.
   *
   * @param now The caller's time, in seconds.
   */
  hasGoneBack(now: number): boolean {
    return now < this.#from;
  }
}
