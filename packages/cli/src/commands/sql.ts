import { type IdType, loginSql, policySql, rowsSchemaSql } from "@usher-auth/postgres";
import { ConfigurationError } from "@usher-auth/verify";
import { CannotRun, type Command, defineSubcommand } from "../command-line/command.ts";
import { commaSeparated } from "../command-line/flag-values.ts";

const flags = {
  table: {
    type: "string",
    description: "The table whose rows have an owner or a tenant, or several with commas between",
    valueHint: "name",
  },
  owner: {
    type: "string",
    description: "The column with the user's id (the token's sub)",
    valueHint: "column",
  },
  tenant: {
    type: "string",
    description: "The column with the organization's id (the token's org). With --owner, both must match",
    valueHint: "column",
  },
  type: {
    type: "string",
    description: "The type of the owner column: text, uuid, integer or bigint; default: text",
    valueHint: "type",
  },
  "tenant-type": {
    type: "string",
    description: "The type of the tenant column; default: text",
    valueHint: "type",
  },
  login: {
    type: "string",
    description: "Also the user that the API connects as, who may only switch to the request role",
    valueHint: "user",
  },
  "policies-only": {
    type: "boolean",
    description: "Only the tables: for a database on which usher-auth migrate runs",
  },
} as const;

export const command: Command = defineSubcommand({
  name: "sql",
  description:
    "Print the SQL that keeps a table's rows to their owner or tenant, as a migration of yours. It can run again.",
  args: flags,
  examples: [
    {
      line: "npx usher-auth sql --table tasks --owner owner_id > migrations/0007_row_isolation.sql",
      effect: "A migration for one table",
    },
    {
      line: "npx usher-auth sql --table tasks,notes --owner owner_id --tenant org_id --type uuid --policies-only",
      effect: "Owner (a uuid) and tenant of two tables, after usher-auth migrate",
    },
  ],
  async run(args, terminal) {
    const tables = commaSeparated(args.table);
    if (tables.length === 0 && args.login === undefined)
      throw new CannotRun("Use --table, --login, or both.");
    try {
      const parts = [
        ...(args["policies-only"] ? [] : [rowsSchemaSql()]),
        ...(args.login === undefined ? [] : [loginSql(args.login)]),
        ...tables.map((table) =>
          policySql({
            table,
            owner: args.owner,
            tenant: args.tenant,
            // policySql rejects other texts.
            type: args.type as IdType | undefined,
            tenantType: args["tenant-type"] as IdType | undefined,
          }),
        ),
      ];
      terminal.output.write(parts.map((part) => `${part.trim()}\n`).join("\n"));
      return 0;
    } catch (error) {
      if (error instanceof ConfigurationError)
        throw new CannotRun(`${error.message}. See usher-auth sql --help.`);
      throw error;
    }
  },
});
