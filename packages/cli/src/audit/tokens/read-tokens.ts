import { CannotRun } from "../../command-line/command.ts";
import { readText } from "../../input/text.ts";
import type { Terminal } from "../../terminal.ts";
import { formerUserOf, type User, userOf } from "./user.ts";

/** Which files the tokens are in; `-` is standard input. What is absent is looked for in the environment. */
export interface TokenPlaces {
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly expired: string | undefined;
}

/** The users whose tokens were given. */
export interface Users {
  readonly a: User;
  readonly b: User;
  /** Whom an expired token spoke for, if one was given. */
  readonly former: User | undefined;
}

/**
 * Reads the tokens out of files, standard input (one a line, in the order A, B, expired, of those that are
 * `-`) or the variables USHER_TOKEN_A, USHER_TOKEN_B and USHER_EXPIRED_TOKEN.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} One of the two is missing or of no use, or both are of the same user.
 */
export async function readTokens(places: TokenPlaces, terminal: Terminal, now: number): Promise<Users> {
  const lines = await inputLines(places, terminal);
  const read = async (place: string | undefined, variable: string, flag: string) => {
    if (place === undefined) return clean(terminal.environment[variable] ?? "");
    if (looksLikeToken(place)) {
      throw new CannotRun(
        `${flag} takes a file. An argument is seen by others, and stays in the shell's history.`,
      );
    }
    return clean(place === "-" ? (lines.shift() ?? "") : await readText(place, terminal));
  };
  const a = await read(places.a, "USHER_TOKEN_A", "--token-a");
  const b = await read(places.b, "USHER_TOKEN_B", "--token-b");
  const expired = await read(places.expired, "USHER_EXPIRED_TOKEN", "--expired-token-file");
  if (a === "" || b === "") {
    throw new CannotRun(
      `The token of user ${a === "" ? "A" : "B"} is missing. Tokens of two test users are needed: files by --token-a and --token-b (- is standard input), or USHER_TOKEN_A and USHER_TOKEN_B.`,
    );
  }
  const users = {
    a: userOf(a, "The token of user A", now),
    b: userOf(b, "The token of user B", now),
    former: expired === "" ? undefined : formerUserOf(expired, "The expired token", now),
  };
  if (users.a.id === users.b.id)
    throw new CannotRun("Both tokens are of the same user. Sign in as two users.");
  return users;
}

/**
 * Milliseconds until the first of the two tokens expires; undefined where neither does.
 *
 * @param now Milliseconds since 1970.
 */
export function lifeOf({ a, b }: Users, now: number): number | undefined {
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
