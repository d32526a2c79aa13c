import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { OpenRows } from "./adapter.ts";
import type { Context } from "./context.ts";

export function lostConnections(context: Context): void {
  async function withPool(run: (rows: OpenRows) => Promise<void>): Promise<void> {
    const { adapter, database } = context;
    const rows = await adapter.open(database, { max: 2, options: { key: database.key } });
    try {
      await run(rows);
    } finally {
      await rows.close();
    }
  }

  /** A pool may notice a lost connection one query later. */
  async function worksAgain(rows: OpenRows): Promise<void> {
    await expect
      .poll(
        () =>
          rows
            .for({ id: "alice" })
            .all()
            .then(
              (found) => found[0]?.body,
              () => "error",
            ),
        { timeout: 5_000 },
      )
      .toBe("note of alice");
    expect((await rows.for({ id: "bob" }).all()).map(({ owner_id }) => owner_id)).toEqual(["bob"]);
  }

  const terminate = (pid: unknown) => context.database.admin("select pg_terminate_backend($1)", [pid]);

  test("a statement whose backend is terminated rejects, and the pool goes on", () =>
    withPool(async (rows) => {
      const slow = rows.for({ id: "alice" }).raw("select pg_sleep(4), 'marked'");
      const rejected = expect(slow).rejects.toThrow();
      await sleep(200);
      await context.database.admin(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%marked%' and pid <> pg_backend_pid()",
      );
      await rejected;
      await worksAgain(rows);
    }));

  test("a transaction whose backend is terminated rejects, and commits nothing", () =>
    withPool(async (rows) => {
      const lost = rows.for({ id: "alice" }).transaction(async (notes) => {
        await notes.insert({ body: "lost" });
        const [row] = await notes.raw("select pg_backend_pid() as pid");
        await terminate(row?.pid);
        await notes.insert({ body: "lost" });
      });
      await expect(lost).rejects.toThrow();
      await worksAgain(rows);
      expect(await context.database.admin("select * from notes where body = 'lost'")).toEqual([]);
    }));

  test("a transaction whose backend is terminated before its commit rejects", () =>
    withPool(async (rows) => {
      const lost = rows.for({ id: "alice" }).transaction(async (notes) => {
        await notes.insert({ body: "lost" });
        const [row] = await notes.raw("select pg_backend_pid() as pid");
        await terminate(row?.pid);
        await sleep(100);
      });
      await expect(lost).rejects.toThrow();
      await worksAgain(rows);
      expect(await context.database.admin("select * from notes where body = 'lost'")).toEqual([]);
    }));

  test("idle connections that are terminated are replaced", () =>
    withPool(async (rows) => {
      await Promise.all([rows.for({ id: "alice" }).all(), rows.for({ id: "bob" }).all()]);
      await context.database.admin(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename <> 'postgres' and pid <> pg_backend_pid()",
      );
      await worksAgain(rows);
    }));

  test.each(["toServer", "toClient"] as const)(
    "a connection that breaks %s, at any byte, rejects and harms nobody",
    (direction) =>
      withPool(async (rows) => {
        const { database } = context;
        for (const after of [1, 40, 120, 200, 300, 400, 550, 700]) {
          await worksAgain(rows);
          await database.proxy?.set({ kind: "cut", direction, after });
          const alice = rows.for({ id: "alice" });
          await Promise.allSettled([
            alice.insert({ body: "cut" }),
            alice.transaction(async (notes) => {
              await notes.insert({ body: "cut" });
              await notes.all();
            }),
          ]);
          await database.proxy?.set({ kind: "none" });
        }
        await worksAgain(rows);
        const owners = await database.admin("select distinct owner_id from notes where body = 'cut'");
        expect(owners.filter(({ owner_id }) => owner_id !== "alice")).toEqual([]);
      }),
  );
}
