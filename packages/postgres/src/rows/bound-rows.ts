import type { PrincipalRows } from "./database.ts";

/** A handle on a transaction that can be taken back. */
export interface BoundRows<Schema extends Record<string, unknown>> {
  readonly rows: PrincipalRows<Schema>;
  /** Lets no query begin any more, and resolves when those under way are answered. */
  finish(): Promise<void>;
}

type Methods = keyof PrincipalRows;
const methods: readonly Methods[] = ["select", "insert", "update", "delete"];

/** What a query goes by in Drizzle, as far as it matters here. */
interface Session {
  prepareQuery(...input: unknown[]): PreparedQuery;
}

interface PreparedQuery extends Record<"execute" | "all", (...input: unknown[]) => Promise<unknown>> {
  /** How Drizzle's cache of results is used; undefined: it is only told what is written. */
  cacheConfig?: unknown;
}

/**
 * The four methods of a transaction that a principal needs, and no other: what is not there cannot leave the
 * role. They end with `finish`, and so does every query that was built by them and is awaited later: its
 * connection may be another principal's by then.
 */
export function boundRows<Schema extends Record<string, unknown>>(
  transaction: PrincipalRows<Schema>,
): BoundRows<Schema> {
  let isFinished = false;
  const underWay = new Set<Promise<unknown>>();

  function assertOpen(): void {
    if (isFinished) throw new Error("a query was made after its transaction had finished: await it inside");
  }

  function prepareQuery(this: Session, ...input: unknown[]): PreparedQuery {
    assertOpen();
    const prepared = session.prepareQuery(...input);
    // A cache knows a query by its text and values, which are the same for every principal.
    prepared.cacheConfig = undefined;
    for (const name of ["execute", "all"] as const) {
      const run = prepared[name];
      prepared[name] = function (...values) {
        assertOpen();
        return hold(run.apply(this, values));
      };
    }
    return prepared;
  }

  function hold(answer: Promise<unknown>): Promise<unknown> {
    const settled = answer.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    settled.then(() => underWay.delete(settled));
    return answer;
  }

  const { session } = transaction as unknown as { readonly session: Session };
  // Builders take the session from what they are called on, and go by it when they are awaited.
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
      await Promise.all(underWay);
    },
  };
}
