import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../files/temporary-folder.ts";
import { copyPreparedDatabase } from "./prepared-database.ts";

test("gives every caller, parallel or later, a separate empty database", async () => {
  const folder = temporaryFolder();
  const [first, second] = [join(folder, "first"), join(folder, "below", "second")];
  await Promise.all([copyPreparedDatabase(first), copyPreparedDatabase(second)]);
  const used = await open(first);
  await used.exec("create table written (id int); create role added");
  await used.close();

  const third = join(folder, "third");
  await copyPreparedDatabase(third);
  for (const copy of [second, third]) expect(await contents(await open(copy))).toEqual([]);
  expect(await contents(await open(first))).toEqual(["added", "written"]);
});

test("does not change a folder that already exists", async () => {
  const folder = join(temporaryFolder(), "api");
  mkdirSync(folder);
  writeFileSync(join(folder, "PG_VERSION"), "another");
  await expect(copyPreparedDatabase(folder)).rejects.toThrow("already exists");
  expect(existsSync(join(folder, "base"))).toBe(false);
});

async function open(folder: string): Promise<PGlite> {
  const database = await PGlite.create(folder);
  onTestFinished(async () => {
    if (!database.closed) await database.close();
  });
  return database;
}

/** The roles and tables that were added to it. */
async function contents(database: PGlite): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(`
    select rolname as name from pg_roles where rolname !~ '^pg_|^postgres$'
    union select tablename from pg_tables where schemaname = 'public' order by name`);
  return rows.map(({ name }) => name);
}
