import { CannotRun } from "../../command-line/command.ts";
import { readUnverified } from "../../input/unverified-jwt.ts";
import { isMembers, type Members } from "../../openapi/document.ts";
import { instantInWords } from "../../output/duration.ts";

/** A test user. What the token says is not verified: that is up to the API under audit. */
export interface User {
  /** For messages: "The token of user A". */
  readonly name: string;
  /** For reports: "A". */
  readonly short: string;
  /** The token's `sub`. */
  readonly id: string;
  /** The ids in each claim of the token: one for a string, several for a list. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /** Whether the token is that of an OAuth client that acts for itself: its `client_id` is its `sub`. */
  readonly isClient: boolean;
  readonly token: string;
  /** Seconds since 1970; undefined if the token has no `exp`. */
  readonly expiresAt: number | undefined;
}

/** How messages and reports name a user. */
export type Names = Pick<User, "name" | "short">;

/**
 * The user of a token.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is not a JWT, has no `sub`, or has expired.
 */
export function userOf(token: string, names: Names, now: number): User {
  const user = read(token, names);
  const { name, expiresAt } = user;
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new CannotRun(`${name} has expired (${instantInWords(expiresAt, now)}). Get a new one.`);
  }
  return user;
}

/**
 * The user of an expired token.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} It is not a JWT, has no `sub`, or has not expired.
 */
export function expiredUserOf(token: string, names: Names, now: number): User {
  const user = read(token, names);
  const { name, expiresAt } = user;
  if (expiresAt === undefined || expiresAt > now)
    throw new CannotRun(`${name} has not expired yet, so it cannot be used for the check of expired tokens.`);
  return user;
}

function read(token: string, names: Names): User {
  const { name } = names;
  const jwt = readUnverified(token);
  if (jwt === undefined)
    throw new CannotRun(`${name} is not a JWT. Run usher-auth doctor to find out what it is.`);
  const { sub, exp, client_id: clientId } = jwt.claims;
  if (typeof sub !== "string" || sub === "")
    throw new CannotRun(`${name} has no \`sub\` claim, so it does not name a user.`);
  return {
    ...names,
    id: sub,
    ids: idsIn(jwt.claims),
    isClient: clientId === sub,
    token,
    expiresAt: typeof exp === "number" ? exp : undefined,
  };
}

function idsIn(claims: Members): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(claims).flatMap(([claim, value]) => {
      const ids = [value].flat().flatMap(idOf);
      return ids.length === 0 ? [] : [[claim, ids]];
    }),
  );
}

/** A text, or the `id` of an entry such as `{ id, role }`. */
function idOf(value: unknown): string[] {
  const id = isMembers(value) ? value.id : value;
  return typeof id === "string" && id !== "" ? [id] : [];
}
