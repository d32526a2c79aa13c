import { CannotRun } from "../../command-line/command.ts";
import { readText } from "../../input/text.ts";
import type { Terminal } from "../../terminal.ts";
import { expiredUserOf, type User, userOf } from "./user.ts";

/** The files of the tokens; `-` is standard input. A token without a file is read from the environment. */
export interface TokenPlaces {
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly expired: string | undefined;
}

/** The test users. */
export interface Users {
  readonly a: User;
  readonly b: User;
  /** The user of the expired token, if one was given. */
  readonly expiredUser: User | undefined;
}

/**
 * Reads the tokens from files, from standard input (one per line, in the order A, B, expired) or from the
 * variables USHER_TOKEN_A, USHER_TOKEN_B and USHER_EXPIRED_TOKEN.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} A token is missing or cannot be used, or both belong to the same user.
 */
export async function readTokens(places: TokenPlaces, terminal: Terminal, now: number): Promise<Users> {
  const lines = await inputLines(places, terminal);
  const read = async (place: string | undefined, variable: string, flag: string) => {
    if (place === undefined) return clean(terminal.environment[variable] ?? "");
    if (looksLikeToken(place)) {
      throw new CannotRun(
        `${flag} takes the path of a file, not the token. Arguments are visible to other users and stay in the shell's history.`,
      );
    }
    return clean(place === "-" ? (lines.shift() ?? "") : await readText(place, terminal));
  };
  const a = await read(places.a, "USHER_TOKEN_A", "--token-a");
  const b = await read(places.b, "USHER_TOKEN_B", "--token-b");
  const expired = await read(places.expired, "USHER_EXPIRED_TOKEN", "--expired-token-file");
  if (a === "" || b === "") {
    throw new CannotRun(
      `The token of user ${a === "" ? "A" : "B"} is missing. The audit needs the tokens of two test users: --token-a and --token-b name files (- is standard input), or set USHER_TOKEN_A and USHER_TOKEN_B.`,
    );
  }
  const users = {
    a: userOf(a, "The token of user A", now),
    b: userOf(b, "The token of user B", now),
    expiredUser: expired === "" ? undefined : expiredUserOf(expired, "The expired token", now),
  };
  if (users.a.id === users.b.id)
    throw new CannotRun("Both tokens belong to the same user. Sign in as two different users.");
  return users;
}

/**
 * Milliseconds until the first of the two tokens expires; undefined if neither has an `exp`.
 *
 * @param now Milliseconds since 1970.
 */
export function millisecondsUntilExpiry({ a, b }: Users, now: number): number | undefined {
  const ends = [a, b].flatMap(({ expiresAt }) => expiresAt ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends) * 1000 - now;
}

async function inputLines(places: TokenPlaces, terminal: Terminal): Promise<string[]> {
  if (!Object.values(places).includes("-")) return [];
  return (await readText("-", terminal))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function clean(text: string): string {
  return text.trim().replace(/^(?:authorization: *)?bearer +/i, "");
}

function looksLikeToken(text: string): boolean {
  return /^(?:bearer +)?[\w-]{10,}\.[\w-]+\.[\w-]*$/i.test(text);
}
