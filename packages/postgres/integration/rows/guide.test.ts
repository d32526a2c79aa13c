import { readFileSync } from "node:fs";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRows, policySql } from "@usher-auth/postgres";
import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { proofOf } from "../../src/rows/binding/proof.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/guide/${name}`, import.meta.url), "utf8");
const guide = read("rows.md");
const proof = read("rows-proof.md");
const operations = read("rows-operations.md");
const sectionOf = (text: string, title: string) =>
  text.split(/^## /m).find((section) => section.startsWith(title)) ?? "";
const blocksOf = (text: string) => [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = ""]) => sql);
const blocks = blocksOf(sectionOf(guide, "Plain SQL") + proof);

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

test("the owner changes all rows as the guide says, and a user for backups reads them", async () => {
  const server = await startPostgres();
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  onTestFinished(async () => {
    await admin.end();
    await server.stop();
  });
  await migrateRows(admin);
  await admin.unsafe(`create role owner; create table tasks (owner_id text not null, title text not null);
    ${policySql({ table: "tasks", owner: "owner_id" })}
    insert into tasks values ('alice', ' a '), ('bob', 'b'); alter table tasks owner to owner`);
  const [migration = "", backup = ""] = blocksOf(sectionOf(operations, "Your own jobs"));
  const titles = async (role: string) => {
    await admin.unsafe(`set role ${role}`);
    const rows = await admin`select title from tasks order by owner_id`;
    await admin.unsafe("reset role");
    return rows.map(({ title }) => title);
  };
  expect(await titles("owner")).toEqual([]);
  await admin.unsafe("set role owner");
  await admin.unsafe(migration);
  await admin.unsafe("reset role");
  await admin.unsafe(backup);
  expect(await titles("backup")).toEqual(["a", "b"]);
  expect(await titles("owner")).toEqual([]);
});

test("the guide shows what the command prints, and a proof that is right", () => {
  expect(blocks[1]).toBe(policySql({ table: "tasks", owner: "owner_id" }));
  const key = Buffer.from("an example key, never use this one");
  expect(proof).toContain(`\`${proofOf({ userId: "alice", orgId: "acme" }, key)}\``);
});
