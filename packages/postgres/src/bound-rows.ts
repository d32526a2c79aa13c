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
  prepareQuery(...input: unknown[]): { execute(...input: unknown[]): Promise<unknown> };
}

/**
 * The four methods of a transaction that a principal needs, and no other: what is not there cannot leave the role. They end
 * with `finish`, and so does every query that was built by them and is awaited later: its connection may be another
 * principal's by then.
 */
export function boundRows<Schema extends Record<string, unknown>>(
  transaction: PrincipalRows<Schema>,
): BoundRows<Schema> {
  let isFinished = false;
  const underWay = new Set<Promise<unknown>>();

  function assertOpen(): void {
    if (isFinished) throw new Error("a query was made after its transaction had finished: await it inside");
  }

  function prepareQuery(this: Session, ...input: unknown[]): ReturnType<Session["prepareQuery"]> {
    assertOpen();
    const prepared = session.prepareQuery(...input);
    const { execute } = prepared;
    prepared.execute = function (...values) {
      assertOpen();
      const answer = execute.apply(this, values);
      const settled = answer.then(
        () => undefined,
        () => undefined,
      );
      underWay.add(settled);
      settled.then(() => underWay.delete(settled));
      return answer;
    };
    return prepared;
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
