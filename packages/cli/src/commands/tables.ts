import { type CheckedTable, checkTables, defaultColumns } from "@usher-auth/postgres";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { commaSeparated } from "../command-line/flag-values.ts";
import { withDatabase } from "../database/connection.ts";
import { readEnvironment } from "../input/environment.ts";
import { escapeControl, escapeLine } from "../output/escape.ts";
import { painterFor, type Terminal } from "../terminal.ts";

/** Milliseconds. */
const deadline = 30_000;

export const command: Command = defineSubcommand({
  name: "tables",
  description:
    "Find tables whose rows have an owner or a tenant, but no policy or no forced row-level security. For CI, after the migrations.",
  args: {
    column: {
      type: "string",
      description: `Columns that tell the owner or tenant, with commas between; default: ${defaultColumns.join(", ")}, also in camel case`,
      valueHint: "names",
    },
    except: {
      type: "string",
      description: "Tables that no request reaches, with commas between",
      valueHint: "names",
    },
    env: {
      type: "string",
      alias: "env-file",
      description: "File with MIGRATION_DATABASE_URL or DATABASE_URL; default: the environment, or .env",
      valueHint: "file",
    },
    json: { type: "boolean", description: "Print JSON" },
  },
  examples: [
    { line: "npx usher-auth tables --env .env", effect: "Check the API's database" },
    {
      line: "npx usher-auth tables --column owner_id,author_id --except session,account",
      effect: "With other columns, and without tables of Better Auth",
    },
  ],
  async run(args, terminal) {
    const environment = await readEnvironment(args.env, terminal);
    const columns = args.column === undefined ? undefined : commaSeparated(args.column);
    if (columns?.length === 0) throw new CannotRun("--column is empty.");
    const tables = await withDatabase(environment, {
      variables: ["MIGRATION_DATABASE_URL", "DATABASE_URL"],
      deadline,
      late: `The database did not answer within ${deadline / 1000} s.`,
      use: (sql) => checkTables(sql, { columns, except: commaSeparated(args.except) }),
    });
    if (args.json) terminal.output.write(escapeControl(`${JSON.stringify({ tables }, null, 2)}\n`));
    else report(tables, terminal);
    return tables.some(({ problems }) => problems.length > 0) ? 1 : 0;
  },
});

function report(tables: readonly CheckedTable[], { output, errors, environment }: Terminal): void {
  const paint = painterFor(output, environment);
  for (const { table, columns, problems } of tables) {
    const name = escapeLine(`${table} (${columns.join(", ")})`);
    if (problems.length === 0) output.write(`${paint("green", "✓")} ${name}\n`);
    else output.write(`${paint("red", "✗")} ${name}: ${problems.join(", ")}\n`);
  }
  if (tables.length === 0) errors.write("No table has such a column. Name yours with --column.\n");
  else if (tables.some(({ problems }) => problems.length > 0)) {
    output.write(
      `${paint("green", "→")} npx usher-auth sql --table <table> --owner <column> prints what is missing.\n`,
    );
  }
}
