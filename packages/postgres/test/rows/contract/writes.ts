import { expect, test } from "vitest";
import type { Context } from "./context.ts";

export function writes(context: Context): void {
  const bodies = async () =>
    (await context.database.admin("select owner_id, body from notes order by id")).map(
      ({ owner_id, body }) => `${owner_id}: ${body}`,
    );
  const unchanged = ["alice: note of alice", "bob: secret of bob"];

  test("a new row belongs to the principal, and is committed when the answer comes", async () => {
    const [note] = await context.rows.for({ id: "carol" }).insert({ body: "new" });
    expect(note).toMatchObject({ owner_id: "carol", body: "new" });
    expect(await bodies()).toEqual([...unchanged, "carol: new"]);
  });

  test("an insert for another owner is refused", async () => {
    const alice = context.rows.for({ id: "alice" });
    await expect(alice.insert({ body: "planted", owner_id: "bob" })).rejects.toThrow();
    await expect(alice.raw("insert into notes (owner_id, body) values ('bob', 'planted')")).rejects.toThrow();
    expect(await bodies()).toEqual(unchanged);
  });

  test("an update changes own rows only, and cannot give them away", async () => {
    const alice = context.rows.for({ id: "alice" });
    expect(await alice.update("secret of bob", { body: "changed" })).toEqual([]);
    expect(await alice.raw("update notes set body = 'changed' where owner_id = 'bob' returning id")).toEqual(
      [],
    );
    await expect(alice.update("note of alice", { owner_id: "bob" })).rejects.toThrow();
    expect(await bodies()).toEqual(unchanged);
    expect(await alice.update("note of alice", { body: "changed" })).toHaveLength(1);
    expect((await bodies()).toSorted()).toEqual(["alice: changed", "bob: secret of bob"]);
  });

  test("a delete removes own rows only", async () => {
    const alice = context.rows.for({ id: "alice" });
    expect(await alice.remove("secret of bob")).toEqual([]);
    expect(await alice.remove("note of alice")).toHaveLength(1);
    expect(await bodies()).toEqual(["bob: secret of bob"]);
  });

  test.each(["set role none", "reset role", "do $$ begin end $$", "copy notes to stdout", "listen changes"])(
    "a statement that is not about rows does not run: %s",
    async (text) => {
      const alice = context.rows.for({ id: "alice" });
      await expect(alice.raw(text)).rejects.toThrow();
      await expect(alice.transaction((notes) => notes.raw(text))).rejects.toThrow();
    },
  );

  test.each(["commit", "rollback"])(
    "the end of a transaction that is sent by itself ends nothing: %s",
    async (text) => {
      const alice = context.rows.for({ id: "alice" });
      await alice.raw(text).catch(() => undefined);
      await alice.transaction((notes) => notes.raw(text)).catch(() => undefined);
      expect((await alice.all()).map(({ owner_id }) => owner_id)).toEqual(["alice"]);
    },
  );

  test("several statements in one text do not run", async () => {
    const alice = context.rows.for({ id: "alice" });
    const stacked = "insert into notes (body) values ('first'); insert into notes (body) values ('second')";
    await expect(alice.raw(stacked)).rejects.toThrow();
    await expect(alice.transaction((notes) => notes.raw(stacked))).rejects.toThrow();
    expect(await bodies()).toEqual(unchanged);
  });
}
