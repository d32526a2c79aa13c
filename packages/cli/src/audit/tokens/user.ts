import { CannotRun } from "../../command-line/command.ts";
import { readUnverified } from "../../input/unverified-jwt.ts";
import { instantInWords } from "../../output/duration.ts";

/** A test user. The id is the token's unverified `sub`: verifying it is up to the API under audit. */
export interface User {
  readonly name: string;
  readonly id: string;
  readonly token: string;
  /** Seconds since 1970; undefined if the token has no `exp`. */
  readonly expiresAt: number | undefined;
}

/**
 * The user of a token.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is not a JWT, has no `sub`, or has expired.
 */
export function userOf(token: string, name: string, now: number): User {
  const { id, expiresAt } = read(token, name);
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new CannotRun(`${name} has expired (${instantInWords(expiresAt, now)}). Get a new one.`);
  }
  return { name, id, token, expiresAt };
}

/**
 * The user of an expired token.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is not a JWT, has no `sub`, or has not expired.
 */
export function expiredUserOf(token: string, name: string, now: number): User {
  const { id, expiresAt } = read(token, name);
  if (expiresAt === undefined || expiresAt > now)
    throw new CannotRun(`${name} has not expired yet, so it cannot be used for the check of expired tokens.`);
  return { name, id, token, expiresAt };
}

function read(token: string, name: string): { id: string; expiresAt: number | undefined } {
  const jwt = readUnverified(token);
  if (jwt === undefined)
    throw new CannotRun(`${name} is not a JWT. Run usher-auth doctor to find out what it is.`);
  const { sub, exp } = jwt.claims;
  if (typeof sub !== "string" || sub === "")
    throw new CannotRun(`${name} has no \`sub\` claim, so it does not name a user.`);
  return { id: sub, expiresAt: typeof exp === "number" ? exp : undefined };
}
