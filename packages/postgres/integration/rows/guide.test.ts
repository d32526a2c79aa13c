import { readFileSync } from "node:fs";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows, policySql } from "@usher-auth/postgres";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { proofOf } from "../../src/rows/binding/proof.ts";

const guide = readFileSync(new URL("../../../../docs/guide/rows.md", import.meta.url), "utf8");
const section = guide.split(/^## /m).find((text) => text.startsWith("Plain SQL")) ?? "";
const blocks = [...section.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = ""]) => sql);

test("the SQL of the guide runs as it is, and isolates alice's rows", async () => {
  const server = await startPostgres();
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  onTestFinished(async () => {
    await sql.end();
    await server.stop();
  });
  await migrateRows(sql);
  const results = [];
  for (const block of blocks) results.push((await sql.unsafe(block)) as unknown as unknown[][]);
  expect(blocks).toHaveLength(4);
  expect(results[2]?.find((rows) => rows.length > 0 && "title" in (rows[0] as object))).toEqual([
    { title: "call bob" },
  ]);
  expect(await sql`select owner_id from tasks`).toEqual([{ owner_id: "alice" }]);
  await sql.begin(async (bob) => {
    await bob`select set_config('role', 'usher_api', true), set_config('usher.user_id', 'bob', true)`;
    expect(await bob`select * from tasks`).toEqual([]);
  });
});

test("the guide shows what the command prints, and a proof that is right", () => {
  expect(blocks[1]).toBe(policySql({ table: "tasks", owner: "owner_id" }));
  const key = Buffer.from("an example key, never use this one");
  expect(section).toContain(`\`${proofOf({ userId: "alice", orgId: "acme" }, key)}\``);
});
