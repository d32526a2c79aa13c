import { expect, test } from "vitest";
import type { Context } from "./context.ts";

export function transactions(context: Context): void {
  const count = async (body: string) =>
    (await context.database.admin("select id from notes where body = $1", [body])).length;

  test("a transaction commits when its function resolves, and returns its result", async () => {
    const result = await context.rows.for({ id: "alice" }).transaction(async (notes) => {
      await notes.insert({ body: "kept" });
      // PGlite has one connection, which this transaction uses.
      if (context.database.serverPort !== 0) expect(await count("kept")).toBe(0);
      return (await notes.all()).length;
    });
    expect(result).toBe(2);
    expect(await count("kept")).toBe(1);
  });

  test("a transaction without a statement does nothing", async () => {
    expect(await context.rows.for({ id: "alice" }).transaction(async () => "nothing")).toBe("nothing");
  });

  test("a transaction whose function rejects is rolled back", async () => {
    const undone = context.rows.for({ id: "alice" }).transaction(async (notes) => {
      await notes.insert({ body: "undone" });
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    expect(await count("undone")).toBe(0);
  });

  test("a transaction that rejects before its first statement is over", async () => {
    const undone = context.rows.for({ id: "alice" }).transaction(async () => {
      throw new Error("at once");
    });
    await expect(undone).rejects.toThrow("at once");
  });

  test("every statement of a transaction runs for its principal", async () => {
    await context.rows
      .for({ id: "alice" })
      .transaction(async (notes) => {
        for (let index = 0; index < 3; index++) {
          expect((await notes.all()).map(({ owner_id }) => owner_id)).toEqual(["alice"]);
        }
        await expect(notes.insert({ body: "planted", owner_id: "bob" })).rejects.toThrow();
      })
      .catch(() => undefined);
    expect(await count("planted")).toBe(0);
  });

  test("statements of a transaction that are made at once all run in it", async () => {
    const found = await context.rows
      .for({ id: "alice" })
      .transaction((notes) =>
        Promise.all([notes.insert({ body: "a" }), notes.insert({ body: "b" }), notes.all()]),
      );
    expect(found[0]).toHaveLength(1);
    expect((await count("a")) + (await count("b"))).toBe(2);
  });

  test("a nested transaction that rejects is undone alone", async () => {
    await context.rows.for({ id: "alice" }).transaction(async (notes) => {
      await notes.insert({ body: "outer" });
      const inner = notes.transaction(async (nested) => {
        await nested.insert({ body: "inner" });
        expect((await nested.all()).map(({ owner_id }) => owner_id)).toEqual(["alice", "alice", "alice"]);
        await nested.raw("select 1 / 0");
      });
      await expect(inner).rejects.toThrow();
      await notes.transaction((nested) => nested.insert({ body: "second" }));
      expect((await notes.all()).every(({ owner_id }) => owner_id === "alice")).toBe(true);
    });
    expect([await count("outer"), await count("inner"), await count("second")]).toEqual([1, 0, 1]);
  });

  test("transactions of different principals run side by side", async () => {
    const read = (id: string) =>
      context.rows.for({ id }).transaction(async (notes) => {
        const before = await notes.all();
        await new Promise((resolve) => setImmediate(resolve));
        return [...before, ...(await notes.all())].map(({ owner_id }) => owner_id);
      });
    expect(await Promise.all([read("alice"), read("bob")])).toEqual([
      ["alice", "alice"],
      ["bob", "bob"],
    ]);
  });
}
