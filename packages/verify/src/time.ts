/** The time in milliseconds since 1970. */
export type Clock = () => number;

/**
 * The system's clock, except that it never runs behind the time that has really passed since it was made.
 *
 * When the wall clock is stepped back, an expired token must not come to life again; when it is stepped forward by
 * mistake and then corrected, valid tokens must be accepted again. Both hold by following whichever is ahead: the wall
 * clock, or the wall time at the start plus what the monotonic clock has counted since.
 */
export function steadyClock(wall: Clock = Date.now, monotonic: Clock = () => performance.now()): Clock {
  const offset = wall() - monotonic();
  return () => Math.max(wall(), offset + monotonic());
}
