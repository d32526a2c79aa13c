import { readControl } from "../../binding/control-statement.ts";
import { lateQuery } from "../../binding/late-query.ts";
import type { Binding } from "./binding.ts";
import { sqlFor } from "./bound-sql.ts";
import type { PostgresJsClient, Query } from "./shape.ts";
import { Transaction } from "./transaction.ts";

type Run = (sql: PostgresJsClient) => unknown;

export type BeginInput = [Run] | [string, Run];

/**
 * `begin()` of postgres.js for a principal: commits when `run` resolves; rolls back when it rejects, when a
 * query fails, or when it takes too long. It survives a lost connection.
 */
export async function begin(binding: Binding, ...[first, second]: BeginInput): Promise<unknown> {
  const [modes, run] = typeof first === "string" ? [readModes(first), second as Run] : ["", first];
  const transaction = new Transaction(binding, modes);
  const { transactionTimeout } = binding.options;
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`the transaction took longer than ${transactionTimeout} ms`);
    transaction.expire(error);
    reject(error);
  }, transactionTimeout);
  try {
    return await Promise.race([expired, finish(transaction, run)]);
  } finally {
    clearTimeout(timer);
  }
}

async function finish(transaction: Transaction, run: Run): Promise<unknown> {
  try {
    const result = await runScope(transaction, run);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** As in postgres.js, a failed query fails its transaction or savepoint, even if the error is caught. */
async function runScope(transaction: Transaction, run: Run): Promise<unknown> {
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  const handler = (query: Query) => {
    query.then(undefined, (error: unknown) => {
      failure ??= { error };
    });
    if (isOver) query.reject(lateQuery());
    else transaction.run(query);
  };
  const savepoint = async (...[first, second]: BeginInput) => {
    const [name, inner] = typeof first === "string" ? [first, second as Run] : ["", first];
    const rollBack = await transaction.savepoint(name);
    try {
      return await runScope(transaction, inner);
    } catch (error) {
      // It fails where the connection is lost, or the transaction is over: the first error says why.
      await rollBack().catch(() => undefined);
      throw error;
    }
  };
  try {
    const result = await run(sqlFor(transaction.binding, handler, { savepoint }));
    const settled = Array.isArray(result) ? await Promise.all(result) : result;
    if (failure !== undefined) throw failure.error;
    return settled;
  } finally {
    isOver = true;
  }
}

/** @throws {TypeError} They are not the modes of a transaction. */
function readModes(text: string): string {
  const control = readControl(`begin ${text}`);
  if (control?.kind !== "begin") throw new TypeError("begin() takes the modes of a transaction");
  return control.modes;
}
