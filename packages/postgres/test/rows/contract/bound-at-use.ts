import { expect, test } from "vitest";
import type { Note, Notes, OpenRows } from "./adapter.ts";
import type { Context } from "./context.ts";

/** Kysely notices it too. */
const late = /after its transaction had finished|Transaction is already (?:committed|rolled back)/;

export function boundAtUse(context: Context): void {
  /** With one connection, so that bob's transaction is on the one that alice's had. */
  async function withOneConnection(run: (rows: OpenRows) => Promise<void>): Promise<void> {
    const { adapter, database } = context;
    const rows = await adapter.open(database, { max: 1, options: { key: database.key } });
    try {
      await run(rows);
    } finally {
      await rows.close();
    }
  }

  async function messageOf(query: () => Promise<unknown>): Promise<string> {
    try {
      return `it ran: ${JSON.stringify(await query())}`;
    } catch (error) {
      const { message, cause } = error as Error;
      return `${message} ${cause instanceof Error ? cause.message : ""}`;
    }
  }

  test.each(["commit", "rollback"])("no query runs in a transaction that has finished: %s", (end) =>
    withOneConnection(async (rows) => {
      let kept!: Notes;
      const first = rows.for({ id: "alice" }).transaction(async (notes) => {
        kept = notes;
        await notes.all();
        if (end === "rollback") throw new Error("undo");
      });
      await first.catch(() => undefined);
      await rows.for({ id: "bob" }).transaction(async (notes) => {
        await notes.all();
        expect(await messageOf(() => kept.all())).toMatch(late);
        expect(await messageOf(() => kept.raw("select * from notes"))).toMatch(late);
        expect(await messageOf(() => kept.insert({ body: "planted" }))).toMatch(late);
        expect(await messageOf(() => kept.transaction((inner) => inner.all()))).toMatch(late);
      });
      expect(await context.database.admin("select * from notes where body = 'planted'")).toEqual([]);
    }),
  );

  test("a query that was built inside a transaction and runs afterwards rejects", () =>
    withOneConnection(async (rows) => {
      let query: (() => Promise<Note[]>) | undefined;
      await rows.for({ id: "alice" }).transaction(async (notes) => {
        await notes.all();
        query = notes.lazyAll?.();
      });
      if (query === undefined) return;
      await rows.for({ id: "bob" }).transaction(async (notes) => {
        await notes.all();
        expect(await messageOf(query as () => Promise<unknown>)).toMatch(late);
      });
    }));

  test("no query runs in the outer transaction's place when an inner one is used after it", () =>
    withOneConnection(async (rows) => {
      let inner!: Notes;
      await rows.for({ id: "alice" }).transaction((notes) =>
        notes.transaction(async (nested) => {
          inner = nested;
          await nested.all();
        }),
      );
      await rows.for({ id: "bob" }).transaction(async (notes) => {
        await notes.all();
        expect(await messageOf(() => inner.all())).toMatch(late);
      });
    }));

  test("a query outside a transaction runs for its own principal, however late it is awaited", () =>
    withOneConnection(async (rows) => {
      const query = rows.for({ id: "alice" }).lazyAll?.() ?? (() => rows.for({ id: "alice" }).all());
      await rows.for({ id: "bob" }).transaction((notes) => notes.all());
      expect((await query()).map(({ owner_id }) => owner_id)).toEqual(["alice"]);
    }));

  test("a stream reads the principal's rows only, in several steps, and can be left early", async () => {
    await context.database.admin(
      "insert into notes (owner_id, body) select id, 'many' from generate_series(1, 20), unnest(array['alice', 'bob']) id",
    );
    await withOneConnection(async (rows) => {
      for (const stopAt of [Number.POSITIVE_INFINITY, 5]) {
        let read = 0;
        await rows.for({ id: "alice" }).transaction(async (notes) => {
          if (notes.stream === undefined) return;
          for await (const row of notes.stream("select owner_id from notes", 3)) {
            expect(row.owner_id).toBe("alice");
            if (++read === stopAt) break;
          }
          expect(read).toBe(Math.min(stopAt, 21));
          expect((await notes.all()).length).toBe(21);
        });
        expect((await rows.for({ id: "bob" }).all()).every(({ owner_id }) => owner_id === "bob")).toBe(true);
      }
    });
  });
}
