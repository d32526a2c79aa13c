import { CannotRun } from "../../command-line/command.ts";
import { readText } from "../../input/text.ts";
import type { Terminal } from "../../terminal.ts";
import { expiredUserOf, type User, userOf } from "./user.ts";

/** The files of the tokens; `-` is standard input. A token without a file is read from the environment. */
export type TokenPlaces = Readonly<Record<TokenKind, string | undefined>>;

type TokenKind = "a" | "b" | "c" | "exceptions" | "expired" | "revoked";

/** The test users. */
export interface Users {
  readonly a: User;
  readonly b: User;
  /** Another member of A's organization, if there is one. */
  readonly c: User | undefined;
  /** Who satisfies an exception that operations state: support staff, or an OAuth client. */
  readonly exceptional: readonly User[];
  /** The user of the expired token, if one was given. */
  readonly expiredUser: User | undefined;
  /** The user of the revoked token, if one was given. */
  readonly revokedUser: User | undefined;
}

/** Where each token comes from, in the order of standard input. */
const sources: Readonly<Record<TokenKind, { readonly flag: string; readonly variable: string }>> = {
  a: { flag: "--token-a", variable: "USHER_TOKEN_A" },
  b: { flag: "--token-b", variable: "USHER_TOKEN_B" },
  expired: { flag: "--expired-token-file", variable: "USHER_EXPIRED_TOKEN" },
  c: { flag: "--token-c", variable: "USHER_TOKEN_C" },
  exceptions: { flag: "--exception-token", variable: "USHER_EXCEPTION_TOKEN" },
  revoked: { flag: "--revoked-token-file", variable: "USHER_REVOKED_TOKEN" },
};

/** The tokens of an audit. "" where there is none. */
export type TokenTexts = Readonly<Record<TokenKind, string>>;

/**
 * Reads the tokens from files, from standard input (one per line, in the order A, B, expired, C, exception,
 * revoked) or from environment variables. Several exception tokens have a line each.
 *
 * @throws {CannotRun} A file cannot be read, or a token was given instead of its name.
 */
export async function readTokens(places: TokenPlaces, terminal: Terminal): Promise<TokenTexts> {
  const lines = await inputLines(places, terminal);
  const read = async (kind: TokenKind) => {
    const place = places[kind];
    const { flag, variable } = sources[kind];
    if (place === undefined) return terminal.environment[variable] ?? "";
    if (looksLikeToken(place)) {
      throw new CannotRun(
        `${flag} takes the path of a file, not the token. Arguments are visible to other users and stay in the shell's history.`,
      );
    }
    return place === "-" ? (lines.shift() ?? "") : await readText(place, terminal);
  };
  return {
    a: clean(await read("a")),
    b: clean(await read("b")),
    expired: clean(await read("expired")),
    c: clean(await read("c")),
    exceptions: await read("exceptions"),
    revoked: clean(await read("revoked")),
  };
}

/**
 * The users of the tokens.
 *
 * @param now Seconds since 1970.
 * @throws {CannotRun} A token is missing or cannot be used, or two belong to the same user.
 */
export function usersOf({ a, b, c, exceptions, expired, revoked }: TokenTexts, now: number): Users {
  if (a === "" || b === "") {
    throw new CannotRun(
      `The token of user ${a === "" ? "A" : "B"} is missing. The audit needs the tokens of two test users: --token-a and --token-b name files (- is standard input), or set USHER_TOKEN_A and USHER_TOKEN_B. With Better Auth, --test-users signs two users up.`,
    );
  }
  const ofUser = (token: string, short: string) =>
    userOf(token, { name: `The token of user ${short}`, short }, now);
  const optional = <Result>(token: string, use: (token: string) => Result) =>
    token === "" ? undefined : use(token);
  const users: Users = {
    a: ofUser(a, "A"),
    b: ofUser(b, "B"),
    c: optional(c, (token) => ofUser(token, "C")),
    exceptional: exceptions
      .split("\n")
      .map(clean)
      .filter(Boolean)
      .map((token) => userOf(token, { name: "The exception token", short: "the exception token" }, now)),
    expiredUser: optional(expired, (token) =>
      expiredUserOf(token, { name: "The expired token", short: "the expired token" }, now),
    ),
    revokedUser: optional(revoked, (token) =>
      userOf(token, { name: "The revoked token", short: "the revoked token" }, now),
    ),
  };
  refuseSameUser(users);
  return users;
}

function refuseSameUser({ a, b, c, exceptional }: Users): void {
  if (a.id === b.id)
    throw new CannotRun("Both tokens belong to the same user. Sign in as two different users.");
  if (c !== undefined && (c.id === a.id || c.id === b.id))
    throw new CannotRun("The token of user C belongs to A or B. Sign in as a third user.");
  if (exceptional.some(({ id }) => id === a.id || id === b.id))
    throw new CannotRun(
      "The exception token belongs to A or B. Sign in as someone else who satisfies the exception.",
    );
}

/**
 * Milliseconds until the first of the valid tokens expires; undefined if none has an `exp`.
 *
 * @param now Milliseconds since 1970.
 */
export function millisecondsUntilExpiry(users: Users, now: number): number | undefined {
  const { a, b, c, exceptional, revokedUser } = users;
  const ends = [a, b, c, ...exceptional, revokedUser].flatMap((user) => user?.expiresAt ?? []);
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
