import { PGlite } from "@electric-sql/pglite";
import { migrateRows, policySql } from "@usher-auth/postgres";
import { currentUser, drizzleRows, ownerPolicy } from "@usher-auth/postgres/drizzle";
import { eq, relations, sql } from "drizzle-orm";
import { Cache } from "drizzle-orm/cache/core";
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres";
import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

const notes = pgTable(
  "notes",
  { id: serial().primaryKey(), owner: text().notNull().default(currentUser()), body: text().notNull() },
  (table) => [ownerPolicy(table.owner)],
);
const tags = pgTable(
  "tags",
  { noteId: integer().notNull(), owner: text().notNull().default(currentUser()), name: text().notNull() },
  (table) => [ownerPolicy(table.owner)],
);
const notesRelations = relations(notes, ({ many }) => ({ tags: many(tags) }));
const tagsRelations = relations(tags, ({ one }) => ({
  note: one(notes, { fields: [tags.noteId], references: [notes.id] }),
}));
const schema = { notes, tags, notesRelations, tagsRelations };

const pglite = new PGlite();
const database = drizzle({ client: pglite, schema });
const rows = drizzleRows(database);
const alice = rows.for({ id: "alice" });

beforeAll(async () => {
  await migrateRows(pglite);
  await pglite.exec(`
    create table notes (id serial primary key, owner text not null, body text not null);
    create table tags ("noteId" int not null, owner text not null, name text not null);
    ${policySql({ table: "notes", owner: "owner" })}
    ${policySql({ table: "tags", owner: "owner" })}
    grant usage on all sequences in schema public to usher_api;`);
});
afterAll(() => pglite.close());
beforeEach(async () => {
  await pglite.exec(`truncate notes, tags restart identity;
    insert into notes (owner, body) values ('alice', 'note of alice'), ('bob', 'secret of bob');
    insert into tags values (1, 'alice', 'tag of alice'), (1, 'bob', 'secret of bob'), (2, 'bob', 'secret of bob');`);
});

test("a relational query sees the principal's rows only, at every level", async () => {
  const found = await alice.query.notes.findMany({ with: { tags: { columns: { name: true } } } });
  expect(found).toEqual([{ id: 1, owner: "alice", body: "note of alice", tags: [{ name: "tag of alice" }] }]);
  expect(await alice.query.notes.findFirst({ where: eq(notes.owner, "bob") })).toBeUndefined();
});

test("CTEs, $count, execute and prepared queries see the principal's rows only", async () => {
  const all = alice.$with("all").as(alice.select().from(notes));
  expect(await alice.with(all).select({ body: all.body }).from(all)).toEqual([{ body: "note of alice" }]);
  expect(await alice.$count(notes)).toBe(1);
  expect((await alice.execute<{ n: number }>(sql`select count(*)::int as n from notes`)).rows).toEqual([
    { n: 1 },
  ]);
  const byOwner = alice
    .select()
    .from(notes)
    .where(eq(notes.owner, sql.placeholder("owner")))
    .prepare("by_owner");
  expect(await byOwner.execute({ owner: "alice" })).toHaveLength(1);
  expect(await byOwner.execute({ owner: "bob" })).toEqual([]);
});

test("a query built for one principal is that principal's, also when it is awaited in another's transaction", async () => {
  const query = alice.select({ body: notes.body }).from(notes);
  const relational = alice.query.tags.findMany();
  expect(await rows.for({ id: "bob" }).$count(notes)).toBe(1);
  expect(await query).toEqual([{ body: "note of alice" }]);
  expect((await relational).map(({ owner }) => owner)).toEqual(["alice"]);
});

test("a transaction with a configuration runs with it", async () => {
  const read = () =>
    alice.transaction(
      async (transaction) =>
        (
          await transaction.execute<{ level: string }>(
            sql`select current_setting('transaction_isolation') as level`,
          )
        ).rows,
      { isolationLevel: "serializable" },
    );
  expect(await read()).toEqual([{ level: "serializable" }]);
  const write = alice.transaction((transaction) => transaction.insert(notes).values({ body: "x" }), {
    accessMode: "read only",
  });
  await expect(write).rejects.toMatchObject({ cause: { code: "25006" } });
});

test("rollback() undoes a nested transaction alone", async () => {
  await alice.transaction(async (transaction) => {
    await transaction.insert(notes).values({ body: "kept" });
    await transaction
      .transaction(async (nested) => {
        await nested.insert(notes).values({ body: "undone" });
        nested.rollback();
      })
      .catch(() => undefined);
  });
  expect((await alice.select().from(notes)).map(({ body }) => body)).toEqual(["note of alice", "kept"]);
});

test("the bound database has no client, and lists its tables", () => {
  expect(alice).not.toHaveProperty("$client");
  expect(Object.keys(alice.query)).toEqual([]);
  const tables: string[] = [];
  for (const table in alice.query) tables.push(table);
  expect(tables).toEqual(["notes", "tags"]);
});

test.each([
  ["undefined", undefined, "needs a Drizzle database over Postgres"],
  ["another object", { select() {} }, "needs a Drizzle database over Postgres"],
  ["a client", pglite, "needs a Drizzle database over Postgres"],
  ["a database over nothing", drizzlePg.mock(), "createRows needs"],
])("refuses %s", (_name, value, message) => {
  expect(() => drizzleRows(value as never)).toThrow(message);
});

test("refuses a transaction, which would stay in the principal's role", async () => {
  await database.transaction(async (transaction) => {
    expect(() => drizzleRows(transaction)).toThrow("not a transaction");
  });
});

test("the user's own logger gets the queries", async () => {
  const logged: string[] = [];
  const logger = { logQuery: (query: string) => logged.push(query) };
  await drizzleRows(drizzle({ client: pglite, schema, logger }))
    .for({ id: "alice" })
    .$count(notes);
  expect(logged).toEqual(['select count(*) as count from "notes";']);
});

/** Like a shared cache: its key is the query's text and values, without the principal. */
class SharedCache extends Cache {
  readonly kept = new Map<string, unknown[]>();
  mutations = 0;
  readonly #isGlobal: boolean;

  constructor(isGlobal: boolean) {
    super();
    this.#isGlobal = isGlobal;
  }
  strategy() {
    return this.#isGlobal ? ("all" as const) : ("explicit" as const);
  }
  async get(key: string) {
    return this.kept.get(key);
  }
  async put(key: string, found: unknown) {
    this.kept.set(key, found as unknown[]);
  }
  async onMutate() {
    this.mutations++;
  }
}

test.each([true, false])(
  "Drizzle's query cache never serves one principal another's rows, global: %s",
  async (isGlobal) => {
    const cache = new SharedCache(isGlobal);
    const cached = drizzleRows(drizzle({ client: pglite, schema, cache }));
    for (const id of ["anna", "bert"])
      await cached
        .for({ id })
        .insert(notes)
        .values({ body: `${id}'s` });
    for (const id of ["anna", "bert"]) {
      const own = [{ body: `${id}'s` }];
      const select = () => cached.for({ id }).select({ body: notes.body }).from(notes);
      expect(await select()).toEqual(own);
      expect(await select().$withCache()).toEqual(own);
      const inTransaction = cached
        .for({ id })
        .transaction((transaction) => transaction.select({ body: notes.body }).from(notes).$withCache());
      expect(await inTransaction).toEqual(own);
    }
    // The cache is still told about writes, so that it drops outdated results.
    expect([cache.kept.size, cache.mutations]).toEqual([0, 2]);
  },
);
