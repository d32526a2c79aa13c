import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import postgres from "postgres";
import { type ApiProcess, startProcess } from "../../../../apps/api/test/support/process.ts";
import type { Reading } from "../../soak/monitor.ts";
import { withMonitor } from "../../soak/monitored.ts";
import { selfSignedCertificate } from "./certificate.ts";
import type { Row } from "./ledger.ts";

/** A real Postgres that supports TLS. */
export interface Database {
  /** A direct connection as the superuser, without a proxy. */
  readonly sql: postgres.Sql;
  rows(): Promise<Row[]>;
  readonly url: URL;
  stop(): Promise<void>;
}

export async function startDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), "usher-tls-"));
  const { certificate, key } = selfSignedCertificate();
  const files = { ssl_cert_file: join(folder, "certificate.pem"), ssl_key_file: join(folder, "key.pem") };
  chmodSync(folder, 0o755);
  writeFileSync(files.ssl_cert_file, certificate);
  writeFileSync(files.ssl_key_file, key, { mode: 0o600 });
  // Postgres only reads a key file that its user owns; as root, the tests run it as `nobody`.
  if (process.getuid?.() === 0) for (const file of Object.values(files)) chownSync(file, 65_534, 65_534);
  const server = await startPostgres({ settings: { ssl: "on", ...files } });
  const url = new URL(await server.createDatabase());
  const sql = postgres(url.href, { max: 2, onnotice: () => {} });
  return {
    sql,
    rows: () => sql<Row[]>`select id, owner_id as owner, title from tasks`,
    url,
    stop: async () => {
      await sql.end({ timeout: 1 });
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The real API in a separate process, with its own network to the database. */
export interface DatabasedApi {
  readonly url: string;
  readonly issuer: TestIssuer;
  readonly proxy: FaultProxy;
  readonly isRunning: () => boolean;
  readonly reading: () => Reading;
  readonly output: () => string;
  stop(): Promise<void>;
}

export async function startDatabasedApi(database: URL, parameters = ""): Promise<DatabasedApi> {
  const issuer = createTestIssuer();
  const proxy = await startFaultProxy(Number(database.port));
  const through = new URL(database);
  through.port = String(proxy.port);
  through.search = parameters;
  const monitor = withMonitor();
  const api: ApiProcess = await startProcess({
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    DATABASE_URL: through.href,
    ...monitor.env,
  });
  let isRunning = true;
  void api.ended.then(() => {
    isRunning = false;
  });
  return {
    url: api.url,
    issuer,
    proxy,
    isRunning: () => isRunning,
    reading: monitor.read,
    output: api.output,
    stop: async () => {
      api.kill("SIGKILL");
      await api.ended;
      await proxy.close();
      monitor.remove();
    },
  };
}
