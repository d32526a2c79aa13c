/** Returns the time in milliseconds since 1970. */
export type Clock = () => number;

/** The system's clock, corrected by the tokens that it has seen. */
export interface SteadyClock extends Clock {
  /**
   * Records a lower bound of the time: the `iat` of a token whose signature is valid.
   *
   * @param seconds Since 1970.
   */
  witness(seconds: number): void;
}

/** Milliseconds. A smaller step back of the wall clock is never followed. */
const smallStep = 5000;

/**
 * The system's clock, except that it does not follow a wall clock that is set back by mistake: an expired
 * token must not become valid again. If the wall clock was ahead and is corrected, it follows, so that valid
 * tokens are accepted again.
 *
 * The process cannot see which of the two happened. In both cases the wall clock is behind its value at the
 * start plus the monotonic time since then. Tokens make the difference: a token that its issuer signed at
 * 10:00 proves that it is at least 10:00, and one minute later at least 10:01. So the clock returns the wall
 * time, but never less than the smaller of two values: the time at the start plus the monotonic time since,
 * and the `iat` of the newest token plus the monotonic time since. A process that started with a clock ahead
 * has no token of that time, and follows the correction.
 *
 * Limits: tokens that expired before the newest one was issued stay expired; one that expired later may
 * become valid again by the step. If issuer and API both started with a clock ahead, as on one machine, the
 * API follows the correction after a restart. Small steps are never followed.
 */
export function steadyClock(
  wall: Clock = () => Date.now(),
  monotonic: Clock = () => performance.now(),
): SteadyClock {
  /** Wall time minus monotonic time: at the start, and as the newest token proves. */
  const started = wall() - monotonic();
  let shown = Number.NEGATIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;

  function now(): number {
    const time = wall();
    const passed = monotonic();
    if (time >= started + passed) return time;
    const sinceStart = started + passed;
    return sinceStart - time < smallStep ? sinceStart : Math.max(time, Math.min(sinceStart, shown + passed));
  }

  function witness(seconds: number): void {
    // An older token proves less, even if it arrives later.
    if (seconds <= newest) return;
    newest = seconds;
    shown = Math.max(shown, seconds * 1000 - monotonic());
  }

  return Object.assign(now, { witness });
}

/**
 * The system's clock, but never ahead of the time at the start plus the monotonic time since. Code that uses
 * it deletes nothing too early while the wall clock is ahead. It may be late after the machine was suspended.
 */
export function cautiousClock(
  wall: Clock = () => Date.now(),
  monotonic: Clock = () => performance.now(),
): Clock {
  const started = wall() - monotonic();
  return () => Math.min(wall(), started + monotonic());
}

/**
 * Milliseconds by which two clocks may seem to differ because one of them has a resolution of a millisecond.
 */
const grain = 1;

/**
 * Elapsed milliseconds since its creation; never decreases.
 *
 * Adds the time by which the wall clock got ahead of the monotonic clock, which stops while a machine is
 * suspended. A wall clock that is set back subtracts nothing.
 */
export function elapsedClock(
  wall: Clock = () => Date.now(),
  monotonic: Clock = () => performance.now(),
): Clock {
  let last = monotonic();
  let offset = wall() - last;
  let total = 0;
  return () => {
    const passed = monotonic();
    const gained = wall() - passed - offset;
    total += Math.max(0, passed - last) + (gained > grain ? gained : 0);
    last = passed;
    // Smaller differences accumulate until they are larger than the resolution.
    if (Math.abs(gained) > grain) offset += gained;
    return total;
  };
}
