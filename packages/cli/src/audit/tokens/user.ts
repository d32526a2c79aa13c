import { CannotRun } from "../../command-line/command.ts";
import { readUnverified } from "../../input/unverified-jwt.ts";
import { instantInWords } from "../../output/duration.ts";

/**
 * A user whose token is used. The id is the token's `sub`, unverified: the API under audit is who verifies.
 */
export interface User {
  readonly name: string;
  readonly id: string;
  readonly token: string;
  /** Seconds since 1970; undefined where the token does not say. */
  readonly expiresAt: number | undefined;
}

/**
 * The user that a token speaks for.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is no JWT, has no `sub`, or has expired: nothing could be learnt with it.
 */
export function userOf(token: string, name: string, now: number): User {
  const { id, expiresAt } = read(token, name);
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new CannotRun(`${name} has expired (${instantInWords(expiresAt, now)}). Get a new one.`);
  }
  return { name, id, token, expiresAt };
}

/**
 * The user that an expired token spoke for.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is no JWT, has no `sub`, or has not expired.
 */
export function formerUserOf(token: string, name: string, now: number): User {
  const { id, expiresAt } = read(token, name);
  if (expiresAt === undefined || expiresAt > now)
    throw new CannotRun(`${name} has not expired: it would prove nothing.`);
  return { name, id, token, expiresAt };
}

function read(token: string, name: string): { id: string; expiresAt: number | undefined } {
  const jwt = readUnverified(token);
  if (jwt === undefined) throw new CannotRun(`${name} is no JWT. usher-auth doctor says what it is.`);
  const { sub, exp } = jwt.claims;
  if (typeof sub !== "string" || sub === "")
    throw new CannotRun(`${name} has no \`sub\`: it does not say whose it is.`);
  return { id: sub, expiresAt: typeof exp === "number" ? exp : undefined };
}
