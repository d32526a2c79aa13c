import { assertRowSecurity, checkTables } from "@usher-auth/postgres";
import { ConfigurationError } from "@usher-auth/verify";
import type postgres from "postgres";
import type { Environment } from "../terminal.ts";
import { askDatabase } from "./database.ts";
import type { WithClock } from "./issuer.ts";
import { type Line, line, type Section } from "./section.ts";

/**
 * Whether Postgres keeps rows to their owner, for the user that requests log in as. Undefined: these settings name
 * no database for requests.
 *
 * @param except Tables that no request reaches.
 */
export async function rowsSection(
  environment: Environment,
  except: readonly string[],
): Promise<WithClock | undefined> {
  if (!environment.DATABASE_URL) return undefined;
  const answer = await askDatabase(environment, ["DATABASE_URL"], (sql) =>
    readRows(sql, except, environment.USHER_ROWS_KEY || undefined),
  );
  if (typeof answer === "string")
    return { section: section([line("wrong", answer)], { reachable: false }), clock: undefined };
  return {
    section: sectionOf(answer.result),
    clock: { of: "the database of requests", ...answer.clock },
  };
}

/** The state of row isolation. */
interface RowState {
  /** Whether the database has the role in which requests run. */
  readonly isPrepared: boolean;
  readonly isSuperuser: boolean;
  readonly bypassesRows: boolean;
  readonly tables: readonly string[];
  /** Tables with something missing. */
  readonly open: readonly string[];
  /** The same, but the role of requests has no privilege on them: tables of Better Auth, for example. */
  readonly outOfReach: readonly string[];
  readonly mode: "hardened" | "named" | null;
  /** What the API would refuse to start with. */
  readonly problems: readonly string[];
}

async function readRows(
  sql: postgres.TransactionSql,
  except: readonly string[],
  key: string | undefined,
): Promise<RowState> {
  const [role] = await sql<[{ is_prepared: boolean; is_superuser: boolean; bypasses: boolean }]>`
    select to_regrole('usher_api') is not null as is_prepared, rolsuper as is_superuser, rolbypassrls as bypasses
    from pg_roles where rolname = session_user`;
  const common = {
    isPrepared: role.is_prepared,
    isSuperuser: role.is_superuser,
    bypassesRows: role.bypasses,
  };
  if (!role.is_prepared) return { ...common, tables: [], open: [], outOfReach: [], mode: null, problems: [] };
  const checked = await checkTables(sql, { except });
  const incomplete = checked.filter(({ problems }) => problems.length > 0).map(({ table }) => table);
  const open = await reachedByRequests(sql, incomplete);
  const outOfReach = incomplete.filter((table) => !open.includes(table));
  const closed = checked.map(({ table }) => table).filter((table) => !incomplete.includes(table));
  try {
    const { mode } = await assertRowSecurity(sql, closed, { key });
    return { ...common, tables: closed, open, outOfReach, mode, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.message.split("\n");
    return { ...common, tables: closed, open, outOfReach, mode: null, problems };
  }
}

/** Those of the tables on which the role of requests has a privilege. */
async function reachedByRequests(
  sql: postgres.TransactionSql,
  tables: readonly string[],
): Promise<readonly string[]> {
  if (tables.length === 0) return [];
  const rows = await sql<{ name: string }[]>`
    select name from json_array_elements_text(${JSON.stringify(tables)}::text::json) as name
    where has_table_privilege('usher_api', name, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE')
      or has_any_column_privilege('usher_api', name, 'SELECT,INSERT,UPDATE')`;
  return rows.map(({ name }) => name);
}

function sectionOf(state: RowState): Section {
  if (!state.isPrepared) {
    const text = "row isolation is not set up: the database has no role usher_api";
    return section([line("note", text)], { reachable: true, ...state });
  }
  return section([...linesOf(state), ...roleLines(state)], { reachable: true, ...state });
}

function linesOf({ tables, open, outOfReach, mode, problems }: RowState): Line[] {
  const count = `${tables.length} table${tables.length === 1 ? "" : "s"}`;
  return [
    ...(mode === null ? [] : [line("ok", `rows of ${count} are kept to their owner (${mode} mode)`)]),
    ...problems.map((problem) => line("wrong", problem)),
    ...(outOfReach.length === 0
      ? []
      : [line("note", `without a policy, and out of the reach of usher_api: ${outOfReach.join(", ")}`)]),
    ...(open.length === 0
      ? []
      : [
          line(
            "wrong",
            `Rows are not kept to their owner: ${open.join(", ")}`,
            "npx usher-auth tables --env .env # shows what is missing; --except names tables that no request reaches",
          ),
        ]),
  ];
}

function roleLines({ isSuperuser, bypassesRows, mode }: RowState): Line[] {
  if (mode === "hardened" || !(isSuperuser || bypassesRows)) return [];
  const what = isSuperuser ? "is a superuser" : "has BYPASSRLS";
  return [
    line(
      "note",
      `the user of DATABASE_URL ${what}: a query that does not go through Usher sees every row`,
      "npx usher-auth migrate --login api # creates a user that can only switch to the role of requests",
    ),
  ];
}

function section(lines: Section["lines"], facts: Section["facts"]): Section {
  return { name: "rows", lines, facts };
}
