import { ConfigurationError } from "@usher-auth/verify";
import { type Queries, queriesOf, type SqlClient } from "../client.ts";
import { storedKey } from "../keys.ts";
import { readTableName, type TableName } from "../names.ts";
import { readFacts } from "./facts.ts";
import { hardeningProblems, isolationProblems, roleMissing } from "./problems.ts";

/**
 * Options of {@link assertRowSecurity}.
 *
 * @example
 * ```ts
 * import type { RowSecurityOptions } from "@usher-auth/postgres";
 *
 * export const hardened: RowSecurityOptions = { key: process.env.USHER_ROWS_KEY };
 * ```
 */
export interface RowSecurityOptions {
  /**
   * The key that `createRows` is given. The database must know it. Default: none; then the database must not
   * be hardened.
   */
  readonly key?: string | Uint8Array | undefined;
}

/**
 * What {@link assertRowSecurity} found.
 *
 * @example
 * ```ts
 * import type { RowSecurity } from "@usher-auth/postgres";
 *
 * export const log = ({ mode, missing }: RowSecurity) => console.log(mode, missing.join("; "));
 * ```
 */
export interface RowSecurity {
  /**
   * `hardened`: injected SQL cannot reach the rows of others. `named`: forgotten conditions cannot, but
   * injected SQL can: it may name another user.
   */
  readonly mode: "hardened" | "named";
  /** In named mode: what is missing for hardened mode, with the statement that fixes it. Otherwise empty. */
  readonly missing: readonly string[];
}

/**
 * Checks, before the first request, that Postgres really restricts rows to their owners. Without it, a role
 * that was given BYPASSRLS, or a table whose row-level security was switched off, would silently show
 * everything to everyone.
 *
 * In both modes: the role `usher_api` exists, the connected user may switch to it, and it cannot bypass
 * row-level security; each table has row-level security ENABLED and FORCED, a policy, and a grant to the
 * role; no column's collation makes two ids one; no privilege, view or partition leads past the policies. In
 * hardened mode also: the connected user can do nothing but switch to the role. It is no superuser, owns
 * nothing, is in no other role, has no privileges on the tables, on `usher_revocations` or on the keys, and
 * may create neither tables nor temporary tables; and the policies check the proof.
 *
 * Not checked: what else the policies say, and functions with SECURITY DEFINER.
 *
 * @param client Connected as the user that the API connects as.
 * @param tables Every table whose rows have an owner or a tenant.
 * @throws {ConfigurationError} Its message lists each problem and the SQL statement that fixes it.
 *
 * @example
 * ```ts
 * import { assertRowSecurity } from "@usher-auth/postgres";
 * import postgres from "postgres";
 *
 * const sql = postgres(process.env.DATABASE_URL ?? "");
 *
 * // After the migrations, before the server listens.
 * export async function prepare() {
 *   const { mode } = await assertRowSecurity(sql, ["tasks"], { key: process.env.USHER_ROWS_KEY });
 *   console.log(`row isolation is ${mode}`);
 * }
 * ```
 */
export async function assertRowSecurity(
  client: SqlClient,
  tables: readonly TableName[],
  options: RowSecurityOptions = {},
): Promise<RowSecurity> {
  const paths = tables.map(readTableName);
  const keyId = options.key === undefined ? undefined : storedKey(options.key).id;
  const database = queriesOf(client);
  const facts = await readFacts(database, paths);
  reject(roleMissing(facts));

  // Without the functions, policies of your own may still trust the setting: that is named mode.
  const { mode, isKnown } = facts.hasSchema ? await readMode(database, keyId) : named;
  const problems = isolationProblems(facts);
  const missing = hardeningProblems(facts);
  if (mode === "hardened") {
    problems.push(...missing);
    if (keyId === undefined) {
      problems.push("the database is hardened, and there is no key: set USHER_ROWS_KEY and the option key");
    }
  }
  if (keyId !== undefined && !isKnown) {
    problems.push("the database does not know the key; run usher-auth migrate with USHER_ROWS_KEY");
  }
  reject(problems);
  if (mode === "hardened") return { mode, missing: [] };
  return { mode, missing: ["there is no key; run usher-auth migrate with USHER_ROWS_KEY", ...missing] };
}

interface Mode {
  readonly mode: RowSecurity["mode"];
  /** Whether the database knows the given key. */
  readonly isKnown: boolean;
}

const named: Mode = { mode: "named", isKnown: false };

async function readMode(database: Queries, keyId = ""): Promise<Mode> {
  const [row] = await database.query("select usher.mode() as mode, usher.has_key($1)::text as known", [
    keyId,
  ]);
  return { mode: row?.mode === "hardened" ? "hardened" : "named", isKnown: row?.known === "true" };
}

/** All at once: fixing them takes one start, not one for each. */
function reject(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems.join("\n"));
}
