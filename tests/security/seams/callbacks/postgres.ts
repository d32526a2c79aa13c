import { PGlite } from "@electric-sql/pglite";
import { migrateRows, policySql } from "@usher-auth/postgres";
import { currentUser, drizzleRows, ownerPolicy } from "@usher-auth/postgres/drizzle";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationListener } from "@usher-auth/verify/revocation";
import { pgTable, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const notes = pgTable(
  "notes",
  { owner: text().notNull().default(currentUser()), text: text().notNull() },
  (table) => [ownerPolicy(table.owner)],
);

/** One database for all rows of the table: creating it takes seconds. */
let opened: Promise<PGlite> | undefined;

async function open(): Promise<PGlite> {
  const pglite = await PGlite.create();
  await migrateRows(pglite);
  await pglite.exec(`create table notes (owner text not null, text text not null);
    ${policySql({ table: "notes", owner: "owner" })}`);
  await migrateRevocations(pglite);
  return pglite;
}

/**
 * Another user must see nothing, whatever the function does; and the connection must be free
 * again.
 */
async function running(behaviour: Behaviour) {
  opened ??= open();
  const database = drizzle({ client: await opened, schema: { notes } });
  const rows = drizzleRows(database, { transactionTimeout: 200 });
  const id = behaviour.name;
  const good: UserFunction = (transaction) => transaction.insert(notes).values({ text: "mine" }).returning();
  async function outcomeOf(run: UserFunction): Promise<Outcome> {
    const written = await rows
      .for({ id })
      .transaction(run as never)
      .catch(() => undefined);
    const others = await rows.for({ id: "another" }).select().from(notes);
    if (others.length > 0) throw new Error("another user sees it");
    return Array.isArray(written) ? "served" : "failed";
  }
  // Not awaited: PGlite has one connection, which this transaction uses until its function is done.
  const nested = () =>
    void rows
      .for({ id: "nested" })
      .$count(notes)
      .then(undefined, () => undefined);
  return { during: await outcomeOf(behaviour.of(good, nested)), afterwards: await outcomeOf(good) };
}

/** The method of a listener that misbehaves. The others record their calls, and later so does this one. */
async function listening(method: keyof RevocationListener, behaviour: Behaviour) {
  opened ??= open();
  const store = revocationStore(await opened);
  const id = `${method} ${behaviour.name}`;
  let misbehaves = true;
  const told: string[] = [];
  let confirmed = 0;
  const good: Record<keyof RevocationListener, UserFunction> = {
    revoked: (batch: readonly { id: string }[]) => void told.push(...batch.map((one) => one.id)),
    confirmed: () => void confirmed++,
    failed: () => {},
  };
  const bad = behaviour.of(good[method], () => void store.append([]).catch(() => undefined));
  const listener = {
    ...good,
    [method]: (...input: unknown[]) => (misbehaves ? bad : good[method])(...input),
  } as unknown as RevocationListener;
  const stop = await store.subscribe(listener);
  const hear = async (name: string): Promise<Outcome> => {
    await store.append([{ kind: "session", id: name, before: Math.floor(Date.now() / 1000) }]);
    for (let wait = 0; wait < 60; wait++) {
      if (told.includes(name)) return "served";
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return "failed";
  };
  const during = await hear(`${id} during`);
  misbehaves = false;
  // What it did not accept is sent again, after a pause.
  for (let wait = 0; wait < 300 && !told.includes(`${id} during`); wait++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const afterwards = await hear(`${id} afterwards`);
  await stop();
  return { during, afterwards: confirmed > 0 ? afterwards : "failed" } as const;
}

export const postgresCallbacks: readonly Callback[] = [
  {
    name: "postgres rows transaction",
    use: running,
    expected: {
      usual: "served",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      rejects: "failed",
      "returns a thenable that throws": "failed",
      "never settles": "failed",
    },
  },
  {
    name: "postgres revocationStore subscribe revoked",
    use: (behaviour) => listening("revoked", behaviour),
    // The replacement of the method gets nothing, and a promise is a moment late.
    expected: {
      usual: "served",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      rejects: "failed",
      "returns a thenable that throws": "failed",
      "never settles": "failed",
    },
  },
  {
    name: "postgres revocationStore subscribe confirmed",
    use: (behaviour) => listening("confirmed", behaviour),
    expected: { usual: "served" },
  },
];
