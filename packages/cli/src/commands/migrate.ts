import { migrateRows, type RowsMigration } from "@usher-auth/postgres";
import { migrateRevocations } from "@usher-auth/postgres/revocations";
import { ConfigurationError } from "@usher-auth/verify";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { withDatabase } from "../database/connection.ts";
import { isSameDatabase, type Login, readLogin } from "../database/login.ts";
import { readEnvironment } from "../input/environment.ts";
import { escapeControl, escapeLine } from "../output/escape.ts";
import { type Environment, painterFor, type Terminal } from "../terminal.ts";

/** Milliseconds. Another replica may be migrating, and holds the lock. */
const deadline = 120_000;
const late = `The database did not answer within ${deadline / 1000} s. Another migration may hold the lock.`;

export const command: Command = defineSubcommand({
  name: "migrate",
  description:
    "Prepare the API's Postgres: the request role, the functions and keys of row isolation, and the table of revocations. Run it as the owner of the tables, before your own migrations; it can run again.",
  args: {
    login: {
      type: "string",
      description:
        "The user that the API connects as; created, without a password, unless it exists. Default: the user in DATABASE_URL",
      valueHint: "user",
    },
    "remove-old-keys": {
      type: "boolean",
      description: "Remove all keys but USHER_ROWS_KEY: the last step of a rotation",
    },
    env: {
      type: "string",
      alias: "env-file",
      description:
        "File with MIGRATION_DATABASE_URL (default: DATABASE_URL) and USHER_ROWS_KEY; default: the environment, or .env",
      valueHint: "file",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    {
      line: "npx usher-auth migrate --env .env --login api",
      effect: "Prepare the database, and the user that the API connects as",
    },
    {
      line: "USHER_ROWS_KEY=$(openssl rand -base64 32) npx usher-auth migrate",
      effect: "Harden it; give the API the same key",
    },
  ],
  async run(args, terminal) {
    const environment = await readEnvironment(args.env, terminal);
    const key = environment.USHER_ROWS_KEY || undefined;
    if (args["remove-old-keys"] && key === undefined)
      throw new CannotRun("--remove-old-keys needs USHER_ROWS_KEY: the key that stays.");
    const login = args.login ?? (await loginOf(environment));
    const revoking = await revokingLogin(environment);
    const { isShared, ...result } = await withDatabase(environment, {
      variables: ["MIGRATION_DATABASE_URL", "DATABASE_URL"],
      deadline,
      late,
      explain: (code, message) =>
        code === "42501"
          ? `Postgres refuses: ${message}. Set MIGRATION_DATABASE_URL to the owner of your tables, who may create roles.`
          : undefined,
      use: async (sql) => {
        const migrating = await readLogin(sql);
        const rows = await migrateRows(sql, {
          keys: key === undefined ? [] : [key],
          login: login === migrating.user ? undefined : login,
          removeOtherKeys: args["remove-old-keys"],
        }).catch(cannotRun);
        const isShared = revoking === undefined || isSameDatabase(revoking, migrating);
        if (isShared) await migrateRevocations(sql);
        if (isShared && revoking !== undefined && revoking.user !== migrating.user) {
          // Without a right to update, Postgres does not let it lock the rows that it deletes.
          await sql`grant select, insert, delete, update (before) on usher_revocations to ${sql(revoking.user)}`;
        }
        return { ...rows, login: login ?? migrating.user, isShared };
      },
    });
    if (!isShared) await withDatabase(environment, { ...ofRevocations, use: migrateRevocations });
    if (args.json) terminal.output.write(escapeControl(`${JSON.stringify(result, null, 2)}\n`));
    else report(result, terminal);
    return 0;
  },
});

/** The user in DATABASE_URL, if another one migrates. */
async function loginOf(environment: Environment): Promise<string | undefined> {
  if (!environment.MIGRATION_DATABASE_URL || !environment.DATABASE_URL) return undefined;
  const { user } = await withDatabase(environment, {
    variables: ["DATABASE_URL"],
    deadline,
    late,
    explain: (code) =>
      code === "28P01" || code === "28000"
        ? "The user in DATABASE_URL cannot connect. To create it, use --login <user>, then give it a password."
        : undefined,
    use: readLogin,
  });
  return user;
}

const ofRevocations = { variables: ["REVOCATIONS_DATABASE_URL"], deadline, late };

/** Who revokes, if it is not the user who migrates: perhaps in another database. */
async function revokingLogin(environment: Environment): Promise<Login | undefined> {
  if (!environment.REVOCATIONS_DATABASE_URL) return undefined;
  return withDatabase(environment, { ...ofRevocations, use: readLogin });
}

/** A key that is too short, for example. */
function cannotRun(error: unknown): never {
  if (error instanceof ConfigurationError) throw new CannotRun(`USHER_ROWS_KEY: ${error.message}.`);
  throw error;
}

function report(
  { mode, added, others, login, createdLogin }: RowsMigration & { login: string },
  { output, environment }: Terminal,
): void {
  const paint = painterFor(output, environment);
  const done = (text: string) => output.write(`${paint("green", "✓")} ${escapeLine(text)}\n`);
  const note = (text: string) => output.write(`${paint("yellow", "!")} ${escapeLine(text)}\n`);
  done("The role usher_api, and the schema usher with its functions");
  done(`${login} may switch to usher_api`);
  for (const key of added) done(`The key ${key} was added`);
  done("The table usher_revocations");
  if (createdLogin) note(`${login} is new and has no password: in psql, run \\password ${login}`);
  if (mode === "named") {
    note("Named mode: injected SQL can name another user. Set USHER_ROWS_KEY to harden it.");
  }
  for (const key of others) {
    note(
      `The key ${key} is valid too. Once no replica uses it: usher-auth migrate --remove-old-keys, or DELETE FROM usher.principal_keys WHERE id = '${key}'`,
    );
  }
}
