/** Milliseconds. */
const first = 250;

/** Milliseconds. A backend that comes back hears of what it missed within this time. */
const longest = 5000;

/**
 * How long to wait after so many failures in a row: twice as long each time, up to 5 seconds, of which up to
 * a half is taken off by chance, so that several processes do not knock at the same moment.
 *
 * @param failures - at least 1
 * @param chance - from 0 to 1
 * @returns milliseconds
 */
export function backOff(failures: number, chance: number): number {
  return Math.min(longest, first * 2 ** (failures - 1)) * (1 - chance / 2);
}
