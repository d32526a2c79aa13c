import type { PrincipalRows } from "./database.ts";

/** The queries of one transaction, which can be ended. */
export interface BoundRows<Schema extends Record<string, unknown>> {
  readonly rows: PrincipalRows<Schema>;
  /** From now on every query throws. Resolves when the running ones are answered. */
  finish(): Promise<void>;
}

type Methods = keyof PrincipalRows;
const methods: readonly Methods[] = ["select", "insert", "update", "delete"];

/** The part of Drizzle's session that is used here. */
interface Session {
  prepareQuery(...input: unknown[]): PreparedQuery;
}

interface PreparedQuery extends Record<"execute" | "all", (...input: unknown[]) => Promise<unknown>> {
  /** How Drizzle's query cache is used. Undefined: the cache notices writes and is never read. */
  cacheConfig?: unknown;
}

/**
 * The four methods of a transaction that a principal needs, without those that could leave the role. `finish`
 * ends them, and every query that was built before and is awaited later: its connection may serve another
 * principal by then.
 */
export function boundRows<Schema extends Record<string, unknown>>(
  transaction: PrincipalRows<Schema>,
): BoundRows<Schema> {
  let isFinished = false;
  const running = new Set<Promise<unknown>>();

  function assertOpen(): void {
    if (isFinished) throw new Error("a query was made after its transaction had finished: await it inside");
  }

  function prepareQuery(this: Session, ...input: unknown[]): PreparedQuery {
    assertOpen();
    const prepared = session.prepareQuery(...input);
    // The cache's key is the query's text and values, which are the same for every principal.
    prepared.cacheConfig = undefined;
    for (const name of ["execute", "all"] as const) {
      const run = prepared[name];
      prepared[name] = function (...values) {
        assertOpen();
        return track(run.apply(this, values));
      };
    }
    return prepared;
  }

  function track(answer: Promise<unknown>): Promise<unknown> {
    const settled = answer.then(
      () => undefined,
      () => undefined,
    );
    running.add(settled);
    settled.then(() => running.delete(settled));
    return answer;
  }

  const { session } = transaction as unknown as { readonly session: Session };
  // A query builder takes the session from the object that it is called on, and uses it when it is awaited.
  const bound = Object.create(transaction, {
    session: { value: Object.create(session, { prepareQuery: { value: prepareQuery } }) },
  });
  const rows = Object.fromEntries(
    methods.map((name) => [
      name,
      (...input: unknown[]) => {
        assertOpen();
        return bound[name](...input);
      },
    ]),
  );
  return {
    rows: Object.freeze(rows) as unknown as PrincipalRows<Schema>,
    async finish() {
      isFinished = true;
      await Promise.all(running);
    },
  };
}
