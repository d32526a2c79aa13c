import { CannotRun } from "../command-line/command.ts";
import type { Interruption } from "../command-line/interruption.ts";
import { readSettings } from "../input/environment.ts";
import {
  createTestUsers,
  type IssuerAddress,
  issuerAddress,
  type LeftUser,
  type TestUsers,
} from "../issuer-session/index.ts";
import { escapeLine } from "../output/escape.ts";
import type { Terminal } from "../terminal.ts";

/** The flags of test users, and those that do not go with them. */
interface TestUserFlags {
  readonly "test-users"?: boolean | undefined;
  readonly issuer?: string | undefined;
  readonly "base-path"?: string | undefined;
  readonly env?: string | undefined;
  readonly "token-a"?: string | undefined;
  readonly "token-b"?: string | undefined;
  readonly "token-c"?: string | undefined;
  readonly "i-own-this"?: boolean | undefined;
}

const onlyWithTestUsers = ["issuer", "base-path", "env"] as const;
const notWithTestUsers = ["token-a", "token-b", "token-c"] as const;

/**
 * The issuer where test users are signed up; undefined without `--test-users`.
 *
 * @throws {CannotRun} The flags contradict each other, or the issuer may not be used.
 */
export async function readTestUserFlags(
  flags: TestUserFlags,
  terminal: Terminal,
): Promise<IssuerAddress | undefined> {
  if (!flags["test-users"]) {
    const alone = onlyWithTestUsers.find((name) => flags[name] !== undefined);
    if (alone !== undefined) throw new CannotRun(`--${alone} needs --test-users.`);
    return undefined;
  }
  const other = notWithTestUsers.find((name) => flags[name] !== undefined);
  if (other !== undefined)
    throw new CannotRun(`--${other} and --test-users exclude each other: test users have other tokens.`);
  const { environment, name } = await readSettings(flags.env, terminal);
  const { issuer: given, "base-path": basePath } = flags;
  const issuer = issuerAddress({ issuer: given, basePath, environment, environmentName: name });
  if (!issuer.isThisMachine && !flags["i-own-this"])
    throw new CannotRun(
      `The issuer ${issuer.origin} is not this machine. Sign test users up only where you may, and confirm it with --i-own-this.`,
    );
  return issuer;
}

/** The tokens of two test users. */
interface TestUserTokens {
  readonly a: string;
  readonly b: string;
  /** Of a session of A's that has ended; "" if none was asked for. */
  readonly revoked: string;
}

/** What {@link withTestUsers} works with. */
interface TestUserOptions {
  readonly terminal: Terminal;
  readonly interruption: Interruption;
  /** Whether the run needs a token of a session that has ended. */
  readonly needsRevoked: boolean;
}

/** What a run with test users led to. */
export interface TestUserRun<Result> {
  readonly result: Result;
  /** What the reader should know of the users: the addresses that remain. */
  readonly notes: readonly string[];
}

/**
 * Runs with the tokens of two users who exist only meanwhile. Deletes them afterwards, whatever happens, and
 * says on standard error which addresses are used and which remain.
 *
 * @throws {CannotRun} No tokens, or the error of `run`. The users are deleted nevertheless.
 */
export async function withTestUsers<Result>(
  issuer: IssuerAddress,
  { terminal, interruption, needsRevoked }: TestUserOptions,
  run: (tokens: TestUserTokens) => Promise<Result>,
): Promise<TestUserRun<Result>> {
  const { signal } = interruption;
  const say = (text: string) => terminal.errors.write(`${escapeLine(text)}\n`);
  const users = createTestUsers(issuer, 2, {
    signal,
    onWait: (seconds) => say(`${issuer.origin} limits requests: waiting ${seconds} s`),
  });
  let notes: readonly string[] = [];
  let result: Result;
  interruption.beforeEnd(() => {
    const left = users.existing();
    if (left.length > 0) say(`Perhaps not deleted at ${issuer.origin}: ${left.join(", ")}.`);
  });
  signal.addEventListener("abort", () => {
    const newLine = terminal.errors.isTTY ? "\n" : "";
    if (users.existing().length > 0)
      terminal.errors.write(`${newLine}interrupted: deleting the test users. Another signal leaves them.\n`);
  });
  // Before anything is created: it is known even if this process is killed.
  say(`test users at ${issuer.origin}: ${users.addresses.join(", ")}`);
  try {
    const tokens = await signUpAll(users, needsRevoked).catch((error: unknown) => {
      throw signal.aborted ? interrupted() : error;
    });
    if (signal.aborted) throw interrupted();
    result = await run(tokens);
  } finally {
    const count = users.existing().length;
    const left = await users.deleteAll();
    notes = notesOn(left, issuer);
    for (const note of notes) say(note);
    if (count > 0 && left.length === 0) say("test users deleted");
  }
  return { result, notes };
}

async function signUpAll(users: TestUsers, needsRevoked: boolean): Promise<TestUserTokens> {
  const [a = "", b = ""] = await users.signUp();
  return { a, b, revoked: needsRevoked ? await users.revokedToken() : "" };
}

function interrupted(): CannotRun {
  return new CannotRun("Interrupted before the audit began.");
}

/** One line for each reason. */
function notesOn(left: readonly LeftUser[], issuer: IssuerAddress): string[] {
  return [...Map.groupBy(left, ({ reason }) => reason)].map(
    ([reason, users]) =>
      `Not deleted at ${issuer.origin}: ${users.map(({ email }) => email).join(", ")}. ${reason}`,
  );
}
