/**
 * Pseudo-random numbers. The same seed gives the same numbers, so that a finding can be reproduced.
 */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  pick<Value>(values: readonly Value[]): Value;
}

/** The mulberry32 generator: good enough for tests, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  const integer = (below: number) => next() % below;
  return { integer, pick: (values) => values[integer(values.length)] as (typeof values)[number] };
}
