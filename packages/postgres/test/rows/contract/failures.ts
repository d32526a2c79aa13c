import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Notes, OpenRows } from "./adapter.ts";
import type { Context } from "./context.ts";

export function failures(context: Context): void {
  /** With one connection: what a failure leaves on it, the next request meets. */
  async function withOneConnection(run: (rows: OpenRows) => Promise<void>, options = {}): Promise<void> {
    const { adapter, database } = context;
    const rows = await adapter.open(database, { max: 1, options: { key: database.key, ...options } });
    try {
      await run(rows);
    } finally {
      await rows.close();
    }
  }
  const count = async (body: string) =>
    (await context.database.admin("select id from notes where body = $1", [body])).length;
  const bodies = async (notes: Notes) => (await notes.all()).map(({ body }) => body);

  test("a statement that fails rejects with the error of Postgres, and the next one runs", () =>
    withOneConnection(async (rows) => {
      const alice = rows.for({ id: "alice" });
      await expect(alice.raw("select 1 / 0")).rejects.toSatisfy((error) => codeOf(error) === "22012");
      await expect(alice.raw("select nothing from notes")).rejects.toSatisfy(
        (error) => codeOf(error) === "42703",
      );
      await expect(alice.raw("select (")).rejects.toSatisfy((error) => codeOf(error) === "42601");
      expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
    }));

  test("a transaction of which a statement has failed commits nothing, even if the error was caught", () =>
    withOneConnection(async (rows) => {
      const caught = rows.for({ id: "alice" }).transaction(async (notes) => {
        await notes.insert({ body: "before" });
        await notes.raw("select 1 / 0").catch(() => undefined);
        return "not committed";
      });
      await expect(caught).rejects.toThrow();
      expect(await count("before")).toBe(0);
      expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
    }));

  test("a first statement that fails ends its transaction too", () =>
    withOneConnection(async (rows) => {
      const failed = rows.for({ id: "alice" }).transaction((notes) => notes.raw("select 1 / 0"));
      await expect(failed).rejects.toSatisfy((error) => codeOf(error) === "22012");
      expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
    }));

  test("nothing runs when the binding fails", () =>
    withOneConnection(async (rows) => {
      const alice = rows.for({ id: "alice" });
      await context.database.admin("alter role usher_api rename to usher_api_gone");
      try {
        await expect(alice.all()).rejects.toThrow();
        await expect(alice.insert({ body: "unbound" })).rejects.toThrow();
        const seen: unknown[] = [];
        const failed = alice.transaction(async (notes) => {
          seen.push(await notes.all().catch(() => undefined));
          seen.push(await notes.insert({ body: "unbound" }).catch(() => undefined));
          return "not committed";
        });
        await expect(failed).rejects.toThrow();
        expect(seen).toEqual([undefined, undefined]);
      } finally {
        await context.database.admin("alter role usher_api_gone rename to usher_api");
      }
      expect(await count("unbound")).toBe(0);
      expect(await bodies(alice)).toEqual(["note of alice"]);
    }));

  test("a commit that fails rejects, and the next request runs", () =>
    withOneConnection(async (rows) => {
      const alice = rows.for({ id: "alice" });
      const text = "insert into pairs (twin) values (999)";
      await expect(alice.raw(text)).rejects.toSatisfy((error) => codeOf(error) === "23503");
      expect(await bodies(alice)).toEqual(["note of alice"]);
      const failed = alice.transaction(async (notes) => {
        await notes.insert({ body: "not committed" });
        await notes.raw(text);
      });
      await expect(failed).rejects.toSatisfy((error) => codeOf(error) === "23503");
      expect(await count("not committed")).toBe(0);
      expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
    }));

  test("what is deferred to the commit runs for the principal", () =>
    withOneConnection(async (rows) => {
      const alice = rows.for({ id: "alice" });
      await alice.raw("insert into pairs (twin) values (null)");
      await alice.transaction((notes) => notes.raw("insert into pairs (twin) values (null)"));
      const written = await context.database.admin("select owner_id from notes where body = 'by trigger'");
      expect(written).toEqual([{ owner_id: "alice" }, { owner_id: "alice" }]);
    }));

  test("a transaction that takes longer than its timeout is rolled back, and frees its connection", () =>
    withOneConnection(
      async (rows) => {
        const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const slow = rows.for({ id: "alice" }).transaction(async (notes) => {
          await notes.insert({ body: "too late" });
          begun.resolve();
          await held.promise;
          await notes.insert({ body: "too late" });
        });
        // With Kysely on PGlite, the late query tells it.
        const overdue = /took longer than 300 ms|after its transaction had finished/;
        const rejected = expect(slow).rejects.toSatisfy((error) => overdue.test(inspect(error)));
        await Promise.race([begun.promise, rejected]);
        expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
        held.resolve();
        await rejected;
        expect(await count("too late")).toBe(0);
        expect(await bodies(rows.for({ id: "bob" }))).toEqual(["secret of bob"]);
      },
      { transactionTimeout: 300 },
    ));
}

/** The SQLSTATE of an error, or of its cause: ORMs wrap the errors of the driver. */
export function codeOf(error: unknown): unknown {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { code?: unknown };
    if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}
