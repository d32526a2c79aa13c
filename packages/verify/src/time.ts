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

/**
 * Milliseconds that have passed since it was made, and never fewer at a later reading.
 *
 * Between two readings it takes the larger of what the wall clock and the monotonic clock counted: a machine that was
 * suspended has no monotonic time to show for it, and a wall clock that is put back has lost none.
 */
export function elapsedClock(wall: Clock = Date.now, monotonic: Clock = () => performance.now()): Clock {
  let [lastWall, lastMonotonic, total] = [wall(), monotonic(), 0];
  return () => {
    const [nowWall, nowMonotonic] = [wall(), monotonic()];
    total += Math.max(0, nowWall - lastWall, nowMonotonic - lastMonotonic);
    lastWall = nowWall;
    lastMonotonic = nowMonotonic;
    return total;
  };
}
