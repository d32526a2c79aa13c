import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { minimumFreeSpace } from "../../src/embedded/disk-guard.ts";
import { openDatabase } from "../../src/operations/open-database.ts";
import { createTask, listTasks } from "../../src/tasks/repository.ts";
import { openTestApi } from "../support/api.ts";
import { logoutToken } from "../support/logout-token.ts";
import { expectProblem } from "../support/problem.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const temporary = temporaryFolder();
const folder = join(temporary.path, "data", "api");
const open = (path = folder) => openDatabase({ url: undefined, folder: path });
const ada = { id: "ada" };
const all = { status: "all", limit: 100, after: undefined } as const;

beforeAll(() => {
  // As a process leaves it that is killed while it creates the database.
  mkdirSync(folder, { recursive: true });
  for (const path of [dirname(folder), folder]) chmodSync(path, 0o755);
  writeFileSync(join(folder, "PG_VERSION"), "");
  writeFileSync(`${folder}.unfinished`, "");
});
afterAll(temporary.remove);

test("recreates a half-created database, keeps a complete one, and lets one process at a time open it", async () => {
  const first = await open();
  expect(first.kind).toBe("embedded");
  expect(existsSync(`${folder}.unfinished`)).toBe(false);
  // Both folders existed with access for others, and PGlite gives its new files to everyone.
  expect(openToOthers(dirname(folder))).toEqual([]);
  await first.withPrincipal(ada, (rows) => createTask(rows, { title: "kept" }));

  await expect(open()).rejects.toThrow(
    /^the embedded database in \S+ is in use by another process: stop that one, /,
  );
  expect(await first.isUp()).toBe(true);
  await first.close();

  const second = await open();
  const { tasks } = await second.withPrincipal(ada, (rows) => listTasks(rows, all));
  expect(tasks).toMatchObject([{ title: "kept", notes: null, completed: false }]);
  await second.close();
});

test("rejects writes with 503 while the disk is nearly full, serves reads, and recovers by itself", async () => {
  const disk = { free: Number.POSITIVE_INFINITY };
  const database = await openDatabase({ url: undefined, folder, freeSpace: async () => disk.free });
  const api = await openTestApi(database);
  const add = () => api.call("ada", "POST", "/tasks", { title: "one more" });
  const ready = async () => (await api.app.inject("/health/ready")).json();
  expect(await ready()).toMatchObject({ status: "ready", database: "up" });
  const { id } = (await add()).json();

  disk.free = minimumFreeSpace - 1;
  await vi.waitFor(async () => expect(await ready()).toMatchObject({ status: "ready", database: "full" }));
  for (const answer of [await add(), await api.call("ada", "DELETE", `/tasks/${id}`)]) {
    expectProblem(answer, 503, "service_unavailable");
    expect(answer.headers["retry-after"]).toBe("5");
  }
  expect((await api.call("ada", "GET", `/tasks/${id}`)).statusCode).toBe(200);
  expectProblem(await api.app.inject("/api/ada/tasks"), 401, "credentials_missing");
  // A sign-out is not acknowledged, so that the issuer sends it again.
  expectProblem(await api.logout(logoutToken(api.issuer, { sub: "ada" })), 503, "revocations_unavailable");

  disk.free = minimumFreeSpace;
  await vi.waitFor(async () => expect((await add()).statusCode).toBe(201));
  expect(await ready()).toMatchObject({ database: "up" });
  await api.close();
  await database.close();

  disk.free = minimumFreeSpace - 1;
  await expect(openDatabase({ url: undefined, folder, freeSpace: async () => disk.free })).rejects.toThrow(
    /^the disk of \S+ has 63 MB free, and 64 are needed: make room, or set DATA_DIR to a folder on another disk$/,
  );
});

test("does not touch a folder that contains something else", async () => {
  const other = join(temporary.path, "other");
  mkdirSync(other);
  writeFileSync(join(other, "PG_VERSION"), "not a version\n");
  await expect(open(other)).rejects.toThrow(/^the embedded database in \S+ does not open: /);
  expect(existsSync(join(other, "PG_VERSION"))).toBe(true);
});

test("restricts an existing folder and everything in it to its owner, at every start", async () => {
  const data = join(temporary.path, "open");
  mkdirSync(data);
  await copyPreparedDatabase(join(data, "api"));
  const first = await open(join(data, "api"));
  expect(openToOthers(data)).toEqual([]);
  await first.close();

  // For example by an earlier version, or by a copy.
  for (const path of [data, join(data, "api"), join(data, "api/base"), join(data, "api.lock")])
    chmodSync(path, 0o777);
  chmodSync(join(data, "api/PG_VERSION"), 0o666);
  const second = await open(join(data, "api"));
  await second.withPrincipal(ada, (rows) => createTask(rows, { title: "kept" }));
  expect(statSync(join(data, "api")).mode & 0o777).toBe(0o700);
  await second.close();
  const third = await open(join(data, "api"));
  expect(openToOthers(data)).toEqual([]);
  await third.close();
});

test("does not change the rights of a DATA_DIR that contains other things, but restricts its own files", async () => {
  const shared = join(temporary.path, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o755);
  writeFileSync(join(shared, "notes"), "", { mode: 0o644 });
  await copyPreparedDatabase(join(shared, "api"));
  await (await open(join(shared, "api"))).close();
  expect(openToOthers(shared)).toEqual([shared, join(shared, "notes")]);
});

/** The paths at and below a folder to which other users have any access. */
function openToOthers(path: string): string[] {
  const below = statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => openToOthers(join(path, name)))
    : [];
  return (statSync(path).mode & 0o077) === 0 ? below : [path, ...below];
}
