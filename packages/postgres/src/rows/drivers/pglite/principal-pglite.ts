import { withTimeout } from "../../../timeout.ts";
import { bindValues } from "../../binding/bind-statement.ts";
import { readPrincipal } from "../../binding/principal.ts";
import type { Rows } from "../../rows.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import type { PgliteClient, PgliteResult } from "./shape.ts";
import { BoundTransaction } from "./transaction.ts";

/**
 * A PGlite database whose queries run for one principal: `query`, `sql` and `transaction`, without `exec`,
 * which runs several statements.
 *
 * @example
 * ```ts
 * import { PGlite } from "@electric-sql/pglite";
 * import { createRows } from "@usher-auth/postgres";
 *
 * const rows = createRows(new PGlite());
 *
 * export async function readNotes(principal: { id: string }) {
 *   const { rows: notes } = await rows.for(principal).query("select * from notes");
 *   return notes;
 * }
 * ```
 */
export type PrincipalPglite<Pglite> = Pglite extends {
  query: infer Query;
  sql: infer Template;
  transaction(run: (transaction: infer Transaction) => Promise<unknown>): Promise<unknown>;
}
  ? {
      readonly query: Query;
      readonly sql: Template;
      transaction<Result>(
        run: (
          transaction: Pick<Transaction, keyof Transaction & ("query" | "sql" | "rollback")>,
        ) => Promise<Result>,
      ): Promise<Result>;
    }
  : never;

/** The rows of a PGlite database. Its only user is a superuser: injected SQL can leave the role. */
export function pgliteRows<Pglite extends PgliteClient>(
  pglite: Pglite,
  options: CheckedRowsOptions,
): Rows<PrincipalPglite<Pglite>> {
  const { transactionTimeout: limit } = options;
  const overdue = `the transaction took longer than ${limit} ms and was rolled back`;
  return {
    for: (principal) => {
      const values = bindValues(readPrincipal(principal), options);
      const inTransaction = <Result>(
        run: (bound: BoundTransaction) => PromiseLike<Result>,
      ): Promise<Result> =>
        pglite.transaction(async (opened) => {
          const bound = new BoundTransaction(opened, values);
          try {
            const result = await withTimeout(limit, () => run(bound), overdue);
            await bound.finish();
            return result;
          } catch (error) {
            await bound.finish().catch(() => undefined);
            throw error;
          }
        });
      return {
        ...queriesOf(pglite, (...input) => inTransaction((bound) => bound.query(...input))),
        transaction: <Result>(run: (transaction: object) => PromiseLike<Result>) =>
          inTransaction((bound) =>
            run({
              ...queriesOf(pglite, (...input) => bound.query(...input)),
              rollback: () => bound.rollback(),
            }),
          ),
      } as unknown as PrincipalPglite<Pglite>;
    },
  };
}

type Query = (text: string, values?: unknown[], options?: object) => Promise<PgliteResult>;

/** PGlite's own `sql` reads its helpers for identifiers and raw SQL, and calls `this.query`. */
function queriesOf(pglite: PgliteClient, query: Query) {
  const sql = (strings: TemplateStringsArray, ...values: unknown[]) =>
    pglite.sql.call({ query } as PgliteClient, strings, ...values);
  return { query, sql };
}
