import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isOpenTo } from "../files/file-access.ts";
import { findPostgresPackage } from "./binaries.ts";
import { type PostgresServer, startPostgres } from "./start-postgres.ts";

const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";
const childProgram = fileURLToPath(new URL("./run-until-signal.ts", import.meta.url));

describe("startPostgres", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test("creates a new, empty database each time", async () => {
    const [first, second] = await Promise.all([server.createDatabase(), server.createDatabase()]);
    expect(first).not.toBe(second);
    await query(first, "create table things (id int)");
    expect(await query(second, "select * from pg_tables where schemaname = 'public'")).toEqual([]);
    expect(await query(second, "select rolsuper from pg_roles where rolname = current_user")).toEqual([
      { rolsuper: true },
    ]);
  });

  test("rejects a connection without the password", async () => {
    const url = new URL(server.url);
    url.password = "guess";
    await expect(query(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test.skipIf(!isLinux)("never runs as root", () => {
    expect(ownerOf(server)).toBe(isRoot ? nobody.uid : process.getuid?.());
  });
});

test("refuses connections after kill, and has its data again after restart", async () => {
  const server = await start();
  await query(server.url, "create table things as select 1 as id");
  await server.kill();
  await expect(query(server.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await server.restart();
  expect(await query(server.url, "select * from things")).toEqual([{ id: 1 }]);
});

test.skipIf(!isLinux)(
  "runs from a checkout that only its owner may enter, without its install script",
  async () => {
    const closed = mkdtempSync(join(tmpdir(), "closed-"));
    onTestFinished(() => rmSync(closed, { recursive: true, force: true }));
    const original = findPostgresPackage();
    // The package as downloaded: its install script creates the links.
    const isNoLink = (path: string) => !lstatSync(path).isSymbolicLink();
    cpSync(join(original.folder, "native"), join(closed, "native"), { recursive: true, filter: isNoLink });
    chmodSync(closed, 0o700);

    const version = `${original.version}-test-${process.pid}`;
    const server = await start({ package: { folder: closed, version } });
    const program = readlinkSync(`/proc/${server.pid()}/exe`);
    onTestFinished(() => rmSync(dirname(dirname(program)), { recursive: true, force: true }));
    expect(program).toContain(version);
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  },
);

test("runs as a user who is not root", async ({ skip }) => {
  skip(!isRoot, "only root can become another user");
  skip(!isOpenTo(childProgram, nobody), "this checkout is closed to other users");
  const { url } = await startInChildProcess(nobody);
  expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("stops and deletes its data when the process that started it is killed", async () => {
  const { url, child } = await startInChildProcess();
  const folder = dataFolderOf(url);
  child.kill("SIGKILL");
  await vi.waitFor(
    () => expect(query(url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" }),
    5000,
  );
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), 5000);
});

async function start(options: Parameters<typeof startPostgres>[0] = {}): Promise<PostgresServer> {
  const server = await startPostgres(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Starts a server in a child process. */
async function startInChildProcess(identity?: {
  uid: number;
  gid: number;
}): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [childProgram], {
    stdio: ["ignore", "pipe", "inherit"],
    ...identity,
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, "exit");
  });
  const [url] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
  return { url, child };
}

async function query(url: string, text: string): Promise<unknown[]> {
  // With fetch_types, postgres.js rejects where no one can catch it, if the server ends while it asks for the types.
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 5 });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function ownerOf(server: PostgresServer): number {
  return statSync(`/proc/${server.pid()}`).uid;
}

function dataFolderOf(url: string): string {
  const socketLock = `socket/.s.PGSQL.${new URL(url).port}.lock`;
  const found = readdirSync(tmpdir())
    .filter((name) => name.startsWith("usher-pg-"))
    .find((name) => existsSync(join(tmpdir(), name, socketLock)));
  if (found === undefined) throw new Error("the server's folder was not found");
  return join(tmpdir(), found);
}
