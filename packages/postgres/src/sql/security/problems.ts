import { requestRoleName } from "../names.ts";
import type { RoleFacts, SecurityFacts, TableFacts } from "./facts.ts";

/** Without the role, nothing else can be judged. */
export function roleMissing({ request, maySwitch, login }: SecurityFacts): string[] {
  if (request === null) {
    return [
      `there is no role ${requestRoleName}; run usher-auth migrate, or as an administrator: CREATE ROLE ${requestRoleName} NOLOGIN; GRANT ${requestRoleName} TO ${login.name}`,
    ];
  }
  if (!maySwitch) {
    return [
      `the database user ${login.name} may not switch to the role ${requestRoleName}; an administrator must run: GRANT ${requestRoleName} TO ${login.name}`,
    ];
  }
  return [];
}

/** What lets a query without injected SQL at the rows of others, in either mode. */
export function isolationProblems({ request, tables }: SecurityFacts): string[] {
  const problems: string[] = [];
  if (request?.bypasses) {
    problems.push(
      `the role ${requestRoleName} bypasses row-level security; an administrator must run: ALTER ROLE ${requestRoleName} NOSUPERUSER NOBYPASSRLS`,
    );
  }
  return [...problems, ...tables.flatMap(tableProblems)];
}

function tableProblems(table: TableFacts): string[] {
  const { name } = table;
  if (!table.exists)
    return [`there is no table ${name}; run the migrations first, or put its schema in front`];
  const problems: string[] = [];
  if (!table.isForced) {
    problems.push(
      `row-level security is off on the table ${name}; run: ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    );
  }
  if (table.policies.length === 0) {
    problems.push(
      `the table ${name} has no policy for ${requestRoleName}: nobody sees its rows; usher-auth sql --table prints one`,
    );
  }
  for (const column of table.folded) {
    problems.push(
      `the column ${column} of ${name} takes different ids for the same one, by its collation; drop the policy, run: ALTER TABLE ${name} ALTER COLUMN ${column} TYPE text COLLATE "C", and create the policy again`,
    );
  }
  if (!table.isGranted) {
    problems.push(
      `${requestRoleName} has no privileges on ${name}; run, for what requests need: GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO ${requestRoleName}`,
    );
  }
  for (const privilege of table.uncovered) {
    problems.push(
      `${requestRoleName} has ${privilege} on ${name}, which row-level security does not cover; run: REVOKE ${privilege} ON ${name} FROM ${requestRoleName}`,
    );
  }
  for (const door of table.sideDoors) {
    problems.push(
      `${door} shows the rows of ${name} without its policies; run: REVOKE ALL ON ${door} FROM ${requestRoleName}, or for a view: ALTER VIEW ${door} SET (security_invoker = true)`,
    );
  }
  return problems;
}

/** What injected SQL could use: everything that the user of the API can do, except switch to the role. */
export function hardeningProblems({ database, login, request, inherits, tables }: SecurityFacts): string[] {
  const problems: string[] = [];
  if (login.attributes.length > 0) {
    problems.push(
      `the API connects as ${login.name}, who has ${login.attributes.join(", ")}; connect as a separate user: usher-auth migrate --login api`,
    );
  }
  // A superuser has everything that follows.
  if (!login.attributes.includes("SUPERUSER")) {
    // Who inherits has the role's privileges on the tables: one problem, not one for each table.
    problems.push(...roleProblems(inherits ? { ...login, reaches: [] } : login, database));
    if (inherits) {
      problems.push(
        `${login.name} has the rights of ${requestRoleName} without switching to it; run: ALTER ROLE ${login.name} NOINHERIT; REVOKE ${requestRoleName} FROM ${login.name}; GRANT ${requestRoleName} TO ${login.name}`,
      );
    }
  }
  if (request !== null && !request.bypasses) {
    problems.push(...roleProblems(request, database));
  }
  for (const { name, exists, asksPrincipal, readSetting, policies } of tables) {
    for (const policy of readSetting) {
      problems.push(
        `the policy ${policy} on ${name} reads a setting, which injected SQL can change; use usher.user_id() or usher.org_id()`,
      );
    }
    if (exists && policies.length > 0 && !asksPrincipal) {
      problems.push(`no policy on ${name} asks usher.user_id() or usher.org_id(), which check the proof`);
    }
  }
  return problems;
}

function roleProblems(role: RoleFacts, database: string): string[] {
  const { name } = role;
  const problems: string[] = [];
  for (const other of role.roles) {
    problems.push(`${name} is a member of ${other}; run: REVOKE ${other} FROM ${name}`);
  }
  if (role.owns.length > 0) {
    problems.push(`${name} owns ${role.owns.join(", ")}; make another user the owner`);
  }
  for (const table of role.reaches) {
    problems.push(`${name} has privileges on ${table}; run: REVOKE ALL ON ${table} FROM ${name}, PUBLIC`);
  }
  for (const schema of role.createsIn) {
    problems.push(
      `${name} may create tables in the schema ${schema}; run: REVOKE CREATE ON SCHEMA ${schema} FROM ${name}, PUBLIC`,
    );
  }
  if (role.createsTemporary) {
    problems.push(
      `${name} may create temporary tables; run: REVOKE TEMPORARY ON DATABASE ${database} FROM ${name}, PUBLIC`,
    );
  }
  return problems;
}
