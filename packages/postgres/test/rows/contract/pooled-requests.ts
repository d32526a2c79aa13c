import { expect, test } from "vitest";
import type { Context } from "./context.ts";

const users = ["alice", "bob", "carol", "dave", "erin"];

export function pooledRequests(context: Context): void {
  test.each([1, 3])(
    "500 interleaved requests of five users see nothing of each other: %i connection(s)",
    async (max) => {
      const { adapter, database } = context;
      const rows = await adapter.open(database, { max, options: { key: database.key } });
      try {
        const requests = Array.from({ length: 500 }, async (_, index) => {
          const id = users[index % users.length] as string;
          const notes = rows.for({ id });
          const kind = index % 7;
          if (kind === 0) return { id, found: await notes.insert({ body: `note ${index}` }) };
          if (kind === 1)
            return {
              id,
              found: await notes.transaction(async (inner) => [
                ...(await inner.all()),
                ...(await inner.all()),
              ]),
            };
          if (kind === 2)
            return {
              id,
              found: await notes.raw("select 1 / 0").then(
                () => [],
                () => [],
              ),
            };
          if (kind === 3)
            return {
              id,
              found: await notes
                .transaction(async (inner) => {
                  await inner.insert({ body: "undone" });
                  throw new Error("undo");
                })
                .then(
                  () => [],
                  () => [],
                ),
            };
          return { id, found: await notes.all() };
        });
        for (const { id, found } of await Promise.all(requests)) {
          for (const note of found) expect(note.owner_id).toBe(id);
        }
        expect(await database.admin("select id from notes where body = 'undone'")).toEqual([]);
        expect(
          await database.admin(
            "select distinct owner_id from notes where body like 'note %' and body <> 'note of alice' order by 1",
          ),
        ).toHaveLength(users.length);
      } finally {
        await rows.close();
      }
    },
  );
}
