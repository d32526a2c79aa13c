import { ConfigurationError } from "@usher-auth/verify";
import { isPgPool, type PgPool } from "../drivers/pg/pg-shape.ts";
import { pgRows } from "../drivers/pg/principal-pool.ts";
import type { Rows } from "../rows.ts";
import { checkRowsOptions, type RowsOptions } from "../rows-options.ts";
import type { DriverAdapter } from "./driver-adapter.ts";
import { type Binding, batchesOfRequest, createOperations } from "./operation.ts";
import { PrincipalAdapter, type PrismaAdapter, type PrismaPgOptions } from "./principal-adapter.ts";
import { type AnyPrismaClient, bindClient, type PrincipalClient } from "./principal-client.ts";
import { separateBatches } from "./separate-batches.ts";

/**
 * Options of {@link prismaRows}: those of `createRows`, and those of `new PrismaPg(pool, options)` that
 * concern queries.
 *
 * @example
 * ```ts
 * import type { PrismaRowsOptions } from "@usher-auth/postgres/prisma";
 *
 * export const options: PrismaRowsOptions = { key: process.env.USHER_ROWS_KEY, schema: "app" };
 * ```
 */
export interface PrismaRowsOptions extends RowsOptions, PrismaPgOptions {}

/**
 * A Prisma client whose operations run for one principal at a time. What Prisma sends, Postgres restricts to
 * the principal's rows: models, nested writes, raw queries, `$transaction` of both forms.
 *
 * One engine serves all principals; `rows.for(principal)` costs less than a tenth of a millisecond. An
 * operation of one statement takes one round trip. Prisma sends some as several statements, as it does
 * without this function: for each relation of `include` one more (not with `relationLoadStrategy: "join"`),
 * and a transaction around nested writes. n statements in a transaction take n + 1.
 *
 * The client that `createClient` returns runs no query itself: it rejects with "a query without a principal".
 * Its extensions are kept. Not isolated: what they do through another client, and results that they cache.
 *
 * @param pool The application's `pg.Pool`. It is never ended here.
 * @param createClient Called once, at once. The client must have the adapter that it is given.
 * @param options See {@link PrismaRowsOptions}.
 * @throws {ConfigurationError} The pool is none, an option is out of range, the client does not have the
 *   adapter, or its version is not supported.
 *
 * @example
 * ```ts
 * import { prismaRows } from "@usher-auth/postgres/prisma";
 * import pg from "pg";
 * import { PrismaClient } from "./generated/prisma/client.ts";
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
 * const rows = prismaRows(pool, (adapter) => new PrismaClient({ adapter }));
 *
 * export const notesOf = (principal: { id: string }) => rows.for(principal).note.findMany();
 * ```
 */
export function prismaRows<Client extends AnyPrismaClient>(
  pool: PgPool,
  createClient: (adapter: PrismaAdapter) => Client,
  options: PrismaRowsOptions = {},
): Rows<PrincipalClient<Client>> {
  if (!isPgPool(pool)) throw new ConfigurationError("prismaRows needs a Pool of pg");
  const rows = pgRows(pool, checkRowsOptions(options));
  const operations = createOperations();
  const adapter = new PrincipalAdapter(operations, options);
  const client = createClient(adapter);
  const createBatches = separateBatches(client, adapter, () => batchesOfRequest(operations));
  return {
    for(principal) {
      const bound = rows.for(principal);
      let own: DriverAdapter | undefined;
      const ownAdapter = () => {
        own ??= adapter.on(bound);
        return own;
      };
      const binding: Binding = { adapter: ownAdapter, batches: createBatches() };
      return bindClient(client, operations, binding);
    },
  };
}
