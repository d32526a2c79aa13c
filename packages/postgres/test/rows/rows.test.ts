import { PGlite } from "@electric-sql/pglite";
import {
  assertRowSecurity,
  currentOwner,
  migrateRows,
  ownerPolicy,
  type PrincipalRows,
  UnstorableIdError,
  withPrincipal,
} from "@usher-auth/postgres";
import { Cache } from "drizzle-orm/cache/core";
import { getTableConfig, pgSchema, pgTable, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";

// apps/api/test/tasks/isolation.test.ts tests the policy for every kind of statement, with both drivers.

const notes = pgTable(
  "notes",
  { owner: text().notNull().default(currentOwner), text: text().notNull() },
  (table) => [ownerPolicy(table.owner)],
);
const elsewhere = pgSchema("Else").table("where", { owner: text() }, (table) => [ownerPolicy(table.owner)]);

/** Like a shared cache: its key is the query's text and values, without the role. */
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
  async put(key: string, rows: unknown) {
    this.kept.set(key, rows as unknown[]);
  }
  async onMutate() {
    this.mutations++;
  }
}

const pglite = new PGlite();
const database = drizzle({ client: pglite, schema: { notes } });
const check = () => assertRowSecurity(database, [notes]);

beforeAll(() => pglite.waitReady);
afterAll(() => pglite.close());

test("the policy is named after its table", () => {
  expect(getTableConfig(notes).policies.map(({ name }) => name)).toEqual(["notes_owner"]);
  expect(getTableConfig(elsewhere).policies.map(({ name }) => name)).toEqual(["where_owner"]);
});

test("assertRowSecurity names each missing part and the statement that fixes it, and passes once all are there", async () => {
  await expect(check()).rejects.toThrow(
    "as an administrator: CREATE ROLE usher_api NOLOGIN; GRANT usher_api TO postgres",
  );
  await pglite.exec("create role usher_api nologin bypassrls");
  await expect(check()).rejects.toThrow("ALTER ROLE usher_api NOSUPERUSER NOBYPASSRLS");
  await pglite.exec("alter role usher_api nobypassrls");
  await expect(check()).rejects.toThrow('there is no table "notes"; run the migrations first');

  await migrateRows(pglite);
  await pglite.exec(`create table notes (owner text not null default usher.user_id(), text text);
    grant select, insert on notes to usher_api`);
  await expect(check()).rejects.toThrow(
    'ALTER TABLE "notes" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  );
  await pglite.exec("alter table notes enable row level security");
  await expect(check()).rejects.toThrow("FORCE");
  await pglite.exec(`alter table notes force row level security;
    create policy notes_owner on notes to usher_api using (owner = (select usher.user_id()))`);
  expect(await check()).toMatchObject({ mode: "named" });
  await expect(assertRowSecurity(database, [notes, elsewhere])).rejects.toThrow(
    'there is no table "Else"."where"',
  );
});

test.each(["a\0b", "\0", "a\ud800", "\udc00a"])(
  "withPrincipal rejects an id that Postgres cannot store exactly, before anything runs: %j",
  async (id) => {
    let hasRun = false;
    const run = withPrincipal(database, { id }, async () => {
      hasRun = true;
    });
    await expect(run).rejects.toThrow(UnstorableIdError);
    await expect(run).rejects.toMatchObject({ statusCode: 400, message: expect.not.stringContaining(id) });
    expect(hasRun).toBe(false);
  },
);

test.each(["😀", "a\nb", "\ufffd", "\u200b", " ", "'; drop table notes; --", "x".repeat(8_000)])(
  "any other id has its own rows: %j",
  async (id) => {
    await withPrincipal(database, { id }, (rows) => rows.insert(notes).values({ text: "mine" }));
    const found = await withPrincipal(database, { id }, (rows) => rows.select().from(notes));
    expect(found).toEqual([{ owner: id, text: "mine" }]);
  },
);

test("rows have four methods, and none that could leave the role", async () => {
  await withPrincipal(database, { id: "alice" }, async (rows) => {
    expect(Object.keys(rows)).toEqual(["select", "insert", "update", "delete"]);
    for (const name of ["execute", "transaction", "session", "_"]) expect(rows).not.toHaveProperty(name);
  });
});

test("rows throw once their function has finished, and so does a query that was built before and is awaited later", async () => {
  const late = "a query was made after its transaction had finished";
  const left = await withPrincipal(database, { id: "alice" }, async (rows) => {
    const query = rows.select().from(notes);
    const prepared = rows.select().from(notes).prepare("late");
    await prepared.execute();
    return { rows, query: () => query, prepared };
  });
  expect(() => left.rows.select()).toThrow(late);
  await expect(async () => left.query()).rejects.toThrow(late);
  for (const name of ["execute", "all"] as const) {
    const run = async () => (left.prepared as unknown as Record<typeof name, () => unknown>)[name]();
    await expect(run).rejects.toThrow(late);
  }
});

test.each([true, false])(
  "Drizzle's query cache never serves one principal another's rows, global: %s",
  async (isGlobal) => {
    const cache = new SharedCache(isGlobal);
    const cached = drizzle({ client: pglite, schema: { notes }, cache });
    const ids = [`anna ${isGlobal}`, `bert ${isGlobal}`];
    for (const id of ids) {
      await withPrincipal(cached, { id }, (rows) => rows.insert(notes).values({ text: `${id}'s` }));
    }
    for (const id of ids) {
      const own = [{ owner: id, text: `${id}'s` }];
      expect(await withPrincipal(cached, { id }, (rows) => rows.select().from(notes))).toEqual(own);
      expect(await withPrincipal(cached, { id }, (rows) => rows.select().from(notes).$withCache())).toEqual(
        own,
      );
    }
    // The cache is still told about writes, so that it drops outdated results.
    expect([cache.kept.size, cache.mutations]).toEqual([0, 2]);
  },
);

test("waits for a query that was not awaited before the transaction ends", async () => {
  let answered: unknown;
  await withPrincipal(database, { id: "unawaited" }, async (rows) => {
    rows
      .insert(notes)
      .values({ text: "mine" })
      .then((answer) => {
        answered = answer;
      });
  });
  expect(answered).toBeDefined();
  expect(
    await withPrincipal(database, { id: "unawaited" }, (rows) => rows.select().from(notes)),
  ).toHaveLength(1);
});

test("rolls back a function that never settles, at the timeout", async () => {
  const id = "hanging";
  let left: PrincipalRows<{ notes: typeof notes }> | undefined;
  const hanging = withPrincipal(
    database,
    { id },
    async (rows) => {
      left = rows;
      await rows.insert(notes).values({ text: "undone" });
      return new Promise<never>(() => {});
    },
    { timeout: 50 },
  );
  await expect(hanging).rejects.toThrow("no answer within 50 ms");
  expect(() => left?.select()).toThrow("after its transaction had finished");
  expect(await withPrincipal(database, { id }, (rows) => rows.select().from(notes))).toEqual([]);
});

test.each([0, -1, Number.NaN, 3_600_001])("rejects a timeout of %s", async (timeout) => {
  const run = withPrincipal(database, { id: "alice" }, async () => {}, { timeout });
  await expect(run).rejects.toThrow(RangeError);
});

test("reads the principal's id once: a later change of the object has no effect", async () => {
  const principal = { id: "carol" };
  const found = withPrincipal(database, principal, (rows) =>
    rows.insert(notes).values({ text: "hers" }).returning(),
  );
  principal.id = "mallory";
  expect(await found).toEqual([{ owner: "carol", text: "hers" }]);
});
