/** The time in milliseconds since 1970. */
export type Clock = () => number;

/** The system's clock, read by what happens besides. */
export interface SteadyClock extends Clock {
  /**
   * Told of what shows that the time cannot be earlier: when a token was issued whose signature holds.
   *
   * @param seconds Since 1970.
   */
  witness(seconds: number): void;
}

/** Milliseconds: steps of the wall clock that are smaller than this are never followed back. */
const smallStep = 5000;

/**
 * The system's clock, except that it does not follow the wall clock where that is put back by mistake: an
 * expired token must not come to life again. Where the wall clock is put right, having been ahead, it
 * follows, though: valid tokens must be accepted again.
 *
 * From the inside the two look alike: the wall clock is behind what it was at the start, plus the time that
 * has passed since by the monotonic clock. What tells them apart are the tokens. One that its issuer signed
 * at ten o'clock shows that it is ten at the least, and a minute later a minute past ten. So the time is the
 * wall clock's, and never less than the smaller of these two: what has passed since the start, and what has
 * passed since the newest token was issued. A process that was started with a clock ahead has no token of
 * that time, and follows as soon as the clock is corrected.
 *
 * What that leaves: tokens that ended before the newest one was issued stay ended, while one that ended since
 * may come to life again by the step; and where issuer and API were both ahead from the start on, as on one
 * machine, the API follows once it is restarted. A small step is not followed at all.
 */
export function steadyClock(
  wall: Clock = () => Date.now(),
  monotonic: Clock = () => performance.now(),
): SteadyClock {
  /** Wall time less monotonic time: at the start, and as the newest token shows. */
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
    // An older token shows less, however late it comes.
    if (seconds <= newest) return;
    newest = seconds;
    shown = Math.max(shown, seconds * 1000 - monotonic());
  }

  return Object.assign(now, { witness });
}

/**
 * The system's clock, and never later than what has passed since the start by the monotonic clock: what goes
 * by it lets go of nothing too early where the wall clock is ahead for a while. It may be late, after the
 * machine was suspended.
 */
export function cautiousClock(
  wall: Clock = () => Date.now(),
  monotonic: Clock = () => performance.now(),
): Clock {
  const started = wall() - monotonic();
  return () => Math.min(wall(), started + monotonic());
}

/** Milliseconds by which two clocks may seem to differ because one of them counts whole ones. */
const grain = 1;

/**
 * Milliseconds that have passed since it was made, and never fewer at a later reading.
 *
 * It counts by the monotonic clock, and adds what the wall clock has gained on that: a machine that was
 * suspended has no monotonic time to show for it. A wall clock that is put back has lost none.
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
    // Less than that is not counted, over and over: it is put up with until it has become more.
    if (Math.abs(gained) > grain) offset += gained;
    return total;
  };
}
