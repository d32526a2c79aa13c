import { PGlite } from "@electric-sql/pglite";
import { migrateRows } from "@usher-auth/postgres";
import { drizzleRows } from "@usher-auth/postgres/drizzle";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrations } from "../../src/postgres/migrations.ts";
import { readCursor, writeCursor } from "../../src/tasks/cursor.ts";
import { listTasks } from "../../src/tasks/repository.ts";
import * as schema from "../../src/tasks/schema.ts";

const pglite = new PGlite();
const client = drizzle({ client: pglite, schema });
const rows = drizzleRows(client);
beforeAll(async () => {
  await migrateRows(pglite);
  await migrate(client, migrations);
});
afterAll(() => pglite.close());

test("pages are exact when creation times are equal or differ by a microsecond, in any time zone", async () => {
  await pglite.exec("set time zone 'Asia/Kathmandu'");
  // Inserted by the superuser: requests cannot choose a time.
  const times = [0, 0, 0, 1, 1, 2, 999, 1000].map(
    (micro) => `2026-01-02T03:04:05.${String(micro).padStart(6, "0")}Z`,
  );
  for (const createdAt of times)
    await client.insert(schema.tasks).values({ ownerId: "ada", title: "x", createdAt });
  const expected = await pglite.query<{ id: string }>(
    "select id from tasks order by created_at desc, id desc",
  );

  for (const limit of [1, 2, 3, 8]) {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const page = await listTasks(rows.for({ id: "ada" }), { status: "all", limit, after });
      seen.push(...page.tasks.map((task) => task.id));
      expect(page.tasks.every((task) => times.includes(task.createdAt))).toBe(true);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(expected.rows.map((row) => row.id));
  }
});

test("reads a cursor that it has written, and rejects every other text", () => {
  const place = { createdAt: "2026-02-28T23:59:59.123456Z", id: "0f8fad5b-d9cb-469f-a165-70867728950e" };
  const cursor = writeCursor(place);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(readCursor(cursor)).toEqual(place);

  const forged = (createdAt: string, id: string = place.id) => writeCursor({ createdAt, id });
  for (const text of [
    "",
    `${cursor}=`,
    `${cursor}A`,
    cursor.slice(1),
    forged("2026-02-29T00:00:00.000000Z"),
    forged("2026-13-01T00:00:00.000000Z"),
    forged("2026-01-01T24:00:00.000000Z"),
    forged("0000-01-01T00:00:00.000000Z"),
    forged("infinity"),
    forged(place.createdAt, "0f8fad5b"),
    forged(place.createdAt, `${place.id}' or true --`),
  ]) {
    expect(readCursor(text), text).toBeUndefined();
  }
});
