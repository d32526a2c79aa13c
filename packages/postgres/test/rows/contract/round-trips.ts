import { type CountingProxy, startCountingProxy } from "@usher-auth/e2e/counting-proxy";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Notes, OpenRows } from "./adapter.ts";
import type { Context } from "./context.ts";

/** How often the API waits for Postgres. Counted by a proxy between them. */
export function roundTrips(context: Context): void {
  let proxy: CountingProxy;
  let rows: OpenRows;
  const alice = (): Notes => rows.for({ id: "alice" });

  beforeAll(async () => {
    const { adapter, database } = context;
    const url = new URL(database.url);
    proxy = await startCountingProxy(database.serverPort);
    url.port = String(proxy.port);
    rows = await adapter.open({ ...database, url: url.href }, { max: 1, options: { key: database.key } });
  });
  afterAll(async () => {
    await rows?.close();
    await proxy?.close();
  });

  test("one round trip for a read, and one for a write", async () => {
    // postgres.js asks for the types of a statement's parameters when it runs for the first time.
    await alice().all();
    await alice().insert({ body: "one" });
    await alice().update("one", { body: "two" });
    await alice().remove("two");
    expect(await proxy.count(() => alice().all())).toBe(1);
    expect(await proxy.count(() => alice().insert({ body: "one" }))).toBe(1);
    expect(await proxy.count(() => alice().update("one", { body: "two" }))).toBe(1);
    expect(await proxy.count(() => alice().remove("two"))).toBe(1);
    expect(await proxy.count(() => alice().raw("select 1"))).toBe(1);
  });

  test.each([1, 2, 5])("at most one more than its statements for a transaction: %i", async (statements) => {
    await alice().all();
    const run = () =>
      alice().transaction(async (notes) => {
        for (let index = 0; index < statements; index++) await notes.insert({ body: "several" });
      });
    const counted = await proxy.count(run);
    expect(counted).toBeLessThanOrEqual(statements + 1);
  });

  test("no more than its statements for a transaction that is rolled back", async () => {
    await alice().all();
    const run = () =>
      alice()
        .transaction(async (notes) => {
          await notes.all();
          throw new Error("undo");
        })
        .catch(() => undefined);
    expect(await proxy.count(run)).toBeLessThanOrEqual(2);
  });
}
