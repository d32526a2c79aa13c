export type { RowPrincipal } from "./rows/binding/principal.ts";
export { createRows } from "./rows/create-rows.ts";
export type { PgCursor } from "./rows/drivers/pg/cursor.ts";
export type { PgField, PgPool, PgResult } from "./rows/drivers/pg/pg-shape.ts";
export type { PrincipalClient } from "./rows/drivers/pg/principal-client.ts";
export type { PrincipalPool } from "./rows/drivers/pg/principal-pool.ts";
export type { PgQueryConfig } from "./rows/drivers/pg/statement.ts";
export type { PrincipalPglite } from "./rows/drivers/pglite/principal-pglite.ts";
export type { BoundSql } from "./rows/drivers/postgres-js/bound-sql.ts";
export type { Rows } from "./rows/rows.ts";
export type { RowsOptions } from "./rows/rows-options.ts";
export { UnstorableIdError } from "./rows/unstorable-id-error.ts";
export {
  type CheckedTable,
  type CheckTablesOptions,
  checkTables,
  defaultColumns,
} from "./sql/check-tables.ts";
export type { SqlClient } from "./sql/client.ts";
export { rowsSchemaSql } from "./sql/functions.ts";
export { loginSql } from "./sql/login.ts";
export { migrateRows, type RowsMigration, type RowsMigrationOptions } from "./sql/migrate.ts";
export type { TableName } from "./sql/names.ts";
export { type IdType, type IsolatedTable, policySql } from "./sql/policy.ts";
export {
  assertRowSecurity,
  type RowSecurity,
  type RowSecurityOptions,
} from "./sql/security/assert-row-security.ts";
