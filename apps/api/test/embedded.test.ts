import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../src/db/open.ts";
import { createTask, listTasks } from "../src/tasks/repository.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const temporary = temporaryFolder();
const folder = join(temporary.path, "data", "api");
const open = (path = folder) => openDatabase({ url: undefined, folder: path });
const ada = { id: "ada" };
const all = { status: "all", limit: 100, after: undefined } as const;

beforeAll(() => {
  // What a process leaves that was killed while it made the database.
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "PG_VERSION"), "");
  writeFileSync(`${folder}.unfinished`, "");
});
afterAll(temporary.remove);

test("a database whose making was cut short is made anew; one that was made is kept, and opened by one at a time", async () => {
  const first = await open();
  expect(first.kind).toBe("embedded");
  expect(existsSync(`${folder}.unfinished`)).toBe(false);
  await first.withPrincipal(ada, (rows) => createTask(rows, { title: "kept" }));

  await expect(open()).rejects.toThrow(/^the embedded database in \S+ is in use by another process: stop that one, /);
  expect(await first.isUp()).toBe(true);
  await first.close();

  const second = await open();
  const { tasks } = await second.withPrincipal(ada, (rows) => listTasks(rows, all));
  expect(tasks).toMatchObject([{ title: "kept", notes: null, completed: false }]);
  await second.close();
});

test("a folder that holds something else is left alone", async () => {
  const other = join(temporary.path, "other");
  mkdirSync(other);
  writeFileSync(join(other, "PG_VERSION"), "not a version\n");
  await expect(open(other)).rejects.toThrow(/^the embedded database in \S+ does not open: /);
  expect(existsSync(join(other, "PG_VERSION"))).toBe(true);
});
