import { IssuerError } from "../errors.ts";

const minSeconds = 10;
const maxSeconds = 24 * 60 * 60;

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 60 * 60, d: 24 * 60 * 60 };

/** A whole number and a unit, in Better Auth's notation: "90 s", "5m", "5 minutes", "1 hr", "1 day". */
const timeSpan = /^(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i;

/**
 * Converts `expiresIn` to seconds.
 *
 * The range is 10 seconds to 24 hours, inclusive. A shorter token could expire on its way to an API whose
 * clock is slightly ahead. A longer one would stay valid for days after a sign-out at an API that only checks
 * signatures.
 *
 * @param expiresIn - a time span such as "5m", "90 s" or "1 hour", or a whole number of seconds
 * @throws {IssuerError} when the form is wrong or the value is out of range
 */
export function lifetimeInSeconds(expiresIn: string | number): number {
  const seconds = typeof expiresIn === "number" ? expiresIn : parse(expiresIn);
  if (!Number.isInteger(seconds)) {
    throw new IssuerError(
      `usherJwt: expiresIn must be a time span like "5m", "90 s" or "1h", or whole seconds.`,
    );
  }
  if (seconds < minSeconds || seconds > maxSeconds) {
    throw new IssuerError(
      `usherJwt: expiresIn must be between 10 seconds and 24 hours; it is ${seconds} seconds.`,
    );
  }
  return seconds;
}

/** NaN when the text is not a time span. */
function parse(text: string): number {
  const match = timeSpan.exec(text);
  const unit = match?.[2]?.charAt(0).toLowerCase();
  return unit === undefined ? Number.NaN : Number(match?.[1]) * (secondsPerUnit[unit] ?? Number.NaN);
}
