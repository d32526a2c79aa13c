/** Milliseconds. */
const firstPause = 250;

/** Milliseconds. A backend that recovers gets its logout tokens within this time. */
const maxPause = 5000;

/**
 * The pause after a number of consecutive failures. It doubles up to 5 seconds, minus up to half of it at
 * random, so that several processes do not retry at the same moment.
 *
 * @param failures - at least 1
 * @param chance - from 0 to 1
 * @returns milliseconds
 */
export function backOff(failures: number, chance: number): number {
  return Math.min(maxPause, firstPause * 2 ** (failures - 1)) * (1 - chance / 2);
}
