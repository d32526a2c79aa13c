import { userInfo } from "node:os";
import type { Revocation } from "@usher-auth/verify/revocation";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { readEnvironment } from "../input/environment.ts";
import { escapeControl } from "../output/escape.ts";
import { withStore } from "../revocations/database.ts";
import { escapeId, instantOf, kinds } from "../revocations/format.ts";

const flags = {
  user: {
    type: "string",
    description: "A user's id (sub): revokes all tokens issued until now, or until --before",
    valueHint: "id",
  },
  session: {
    type: "string",
    description: "A session's id (sid): revokes all of its tokens",
    valueHint: "id",
  },
  token: { type: "string", description: "A token's id (jti), not the token itself", valueHint: "jti" },
  before: {
    type: "string",
    description:
      "With --user: only tokens issued at or before this time. ISO 8601 with a time zone, or seconds since 1970",
    valueHint: "time",
  },
  by: {
    type: "string",
    description:
      "Who revokes, for usher-auth revocations and audits; default: usher-auth and the user of the system",
    valueHint: "name",
  },
  env: {
    type: "string",
    alias: "env-file",
    description: "File with DATABASE_URL; default: the environment, or .env",
    valueHint: "file",
  },
  json: { type: "boolean", description: "Print JSON" },
} as const;

export const command: Command = defineSubcommand({
  name: "revoke",
  description:
    "Revoke the tokens of a user or a session, or a single token, in every replica of the API that shares DATABASE_URL.",
  args: flags,
  examples: [
    {
      line: "npx usher-auth revoke --user 4f9Jq2 --env .env",
      effect: "Revoke all of the user's current tokens; they can sign in again",
    },
    {
      line: "npx usher-auth revoke --user 4f9Jq2 --before 2026-03-01T12:00:00Z",
      effect: "Revoke the tokens that were issued to the user until that time",
    },
    {
      line: "npx usher-auth revoke --session kQ81xZ",
      effect: "Revoke one session, for example of a lost phone",
    },
    {
      line: `npx usher-auth revoke --session kQ81xZ --by "Ada, ticket 4711"`,
      effect: "Record who revoked it, and why",
    },
  ],
  async run(args, terminal) {
    const now = Date.now() / 1000;
    const revocation = { ...readRevocation(args, now), by: readMaker(args.by) };
    const environment = await readEnvironment(args.env, terminal);
    await withStore(environment, (store) => store.append([revocation]));

    const { kind, id, before, by } = revocation;
    terminal.output.write(
      args.json
        ? escapeControl(`${JSON.stringify({ revoked: revocation }, null, 2)}\n`)
        : `Revoked: ${kind} ${escapeId(id)} (${kinds[kind]})${kind === "user" ? `, tokens issued at or before ${instantOf(before)}` : ""}, by ${escapeId(by)}.\n`,
    );
    return 0;
  },
});

function readRevocation(
  given: Readonly<Partial<Record<Revocation["kind"] | "before", string | undefined>>>,
  now: number,
): Revocation {
  const chosen = (Object.keys(kinds) as Revocation["kind"][]).filter((kind) => given[kind] !== undefined);
  const [kind] = chosen;
  if (kind === undefined || chosen.length > 1)
    throw new CannotRun("Use exactly one of --user, --session and --token.");
  const id = given[kind] ?? "";
  if (id === "") throw new CannotRun(`--${kind} is empty.`);
  // Two dots: this is a token. It must not be stored in the table.
  if (kind === "token" && id.split(".").length === 3) {
    throw new CannotRun(
      "--token takes the token's id (its jti claim), not the token. usher-auth decode shows the id.",
    );
  }
  if (given.before !== undefined && kind !== "user") {
    throw new CannotRun(
      `--before only works with --user. A revoked ${kind} is rejected whenever it was issued.`,
    );
  }
  return { kind, id, before: given.before === undefined ? now : readInstant(given.before, now) };
}

/** The longest that is stored. */
const longestMaker = 200;

function readMaker(by: string | undefined): string {
  if (by === undefined) return `usher-auth, ${systemUser()}`;
  if (by.trim() === "") throw new CannotRun("--by is empty.");
  if (by.length > longestMaker) throw new CannotRun(`--by is longer than ${longestMaker} characters.`);
  // It must be the same on every screen that shows it.
  if (/\p{C}/u.test(by)) throw new CannotRun("--by contains a control character.");
  // The start of a JSON object in base64url: this is a token.
  if (/eyJ[\w-]{10}/.test(by)) throw new CannotRun("--by takes a name, not a token.");
  return by.trim();
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name.
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** With a time zone: without one, the time depends on the machine. */
const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

function readInstant(text: string, now: number): number {
  const seconds = /^\d{1,11}$/.test(text)
    ? Number(text)
    : isoInstant.test(text)
      ? Date.parse(text) / 1000
      : Number.NaN;
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new CannotRun(
      "--before must be a time with a time zone, such as 2026-03-01T12:00:00Z, or seconds since 1970.",
    );
  }
  if (seconds > now) {
    throw new CannotRun(
      "--before is in the future: every token that the user gets until then would be rejected.",
    );
  }
  return seconds;
}
