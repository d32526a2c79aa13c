import { IssuerError } from "../errors.ts";

const shortest = 10;
const longest = 24 * 60 * 60;

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 60 * 60, d: 24 * 60 * 60 };

/** A whole number and a unit, as Better Auth's own time spans: "90 s", "5m", "5 minutes", "1 hr", "1 day". */
const timeSpan = /^(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i;

/**
 * How long a token lives, in seconds.
 *
 * The range is 10 seconds to 24 hours, both included. A shorter one expires on its way to an API whose clock
 * is a little ahead; a longer one outlives the sign-out that should have ended it, for an API that only
 * checks a signature cannot know of a sign-out before the token expires.
 *
 * @param expiresIn - a time span such as "5m", "90 s" or "1 hour", or a whole number of seconds
 * @throws {IssuerError} when it is of another form or out of range
 */
export function lifetimeInSeconds(expiresIn: string | number): number {
  const seconds = typeof expiresIn === "number" ? expiresIn : parse(expiresIn);
  if (!Number.isInteger(seconds)) {
    throw new IssuerError(
      `usherJwt: expiresIn must be a time span like "5m", "90 s" or "1h", or whole seconds.`,
    );
  }
  if (seconds < shortest || seconds > longest) {
    throw new IssuerError(
      `usherJwt: expiresIn must be between 10 seconds and 24 hours; it is ${seconds} seconds.`,
    );
  }
  return seconds;
}

/** NaN for what is no time span: the caller has the one message for it. */
function parse(text: string): number {
  const match = timeSpan.exec(text);
  const unit = match?.[2]?.charAt(0).toLowerCase();
  return unit === undefined ? Number.NaN : Number(match?.[1]) * (secondsPerUnit[unit] ?? Number.NaN);
}
