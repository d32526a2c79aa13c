import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../tests/e2e/support/postgres/start-postgres.ts";
import { LaunchError } from "../launch/launch-error.ts";
import { buildPage } from "../launch/page.ts";
import { resolvePort } from "../launch/ports.ts";
import { findSecret } from "../launch/secret.ts";
import { startService } from "../launch/service.ts";
import { readSettings } from "../launch/settings.ts";
import { stopSignal, whenAborted } from "../launch/stop-signal.ts";
import { say, serviceOutput } from "../launch/terminal.ts";
import { startBalancer } from "./balancer.ts";
import { replicaEnvironment } from "./environment.ts";
import { startReplica } from "./replica.ts";

const replicaCount = 3;

/**
 * Runs the web app and three API processes behind a load balancer, with a separate Postgres server, until a
 * stop signal arrives. All data is in a temporary folder, which is deleted at the end.
 *
 * @returns The exit code: 0 after a clean stop. 1 otherwise, and one line on stderr says why.
 */
export async function runDemo(): Promise<number> {
  const stopping = stopSignal();
  const folder = mkdtempSync(join(tmpdir(), "usher-replicas-"));
  // Runs in reverse order, also after a failure.
  const cleanup: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    await run(folder, stopping, cleanup);
    return 0;
  } catch (error) {
    if (stopping.aborted) return 0;
    if (!(error instanceof LaunchError)) throw error;
    say.error(error.message);
    return 1;
  } finally {
    say.line("stopping");
    for (const step of cleanup.reverse()) await step();
  }
}

async function run(folder: string, stopping: AbortSignal, cleanup: (() => unknown)[]): Promise<void> {
  const settings = await readSettings({ ...process.env, DATA_DIR: folder });
  const secret = findSecret(process.env, folder);
  await buildPage(stopping, say.line);

  say.line("starting Postgres");
  const postgres = await startPostgres();
  cleanup.push(postgres.stop);
  const databaseUrl = await postgres.createDatabase("api");
  const environment = {
    ...process.env,
    ...settings.environment,
    ...secret.environment,
    DATABASE_URL: databaseUrl,
    AUTH_DATABASE_URL: await postgres.createDatabase("auth"),
  };

  const ports = await Promise.all(
    Array.from({ length: replicaCount }, () => resolvePort("API_PORT", "0", "127.0.0.1")),
  );
  const replicas = ports.map((port, index) =>
    startReplica({
      name: `api-${index + 1}`,
      entry: "apps/api/src/main.ts",
      environment: replicaEnvironment(environment, port, index),
      watch: [],
    }),
  );
  cleanup.push(() => Promise.all(replicas.map((replica) => replica.stop())));
  const web = startService(
    { name: "web", entry: "apps/web/src/server/main.ts", environment, watch: [] },
    serviceOutput("web"),
  );
  cleanup.push(() => web.stop());
  const balancer = await startBalancer({
    host: settings.environment.HOST ?? "127.0.0.1",
    port: Number(settings.environment.API_PORT),
    targets: ports,
  });
  cleanup.push(balancer.close);

  const all = Promise.all([web.ready, ...replicas.map(({ ready }) => ready)]);
  await Promise.race([whenAborted(stopping), all]);
  if (stopping.aborted) return;

  const envFile = join(folder, "demo.env");
  writeFileSync(envFile, `DATABASE_URL=${databaseUrl}\n`, { mode: 0o600 });
  say.line("");
  say.line(`Web app   ${settings.webUrl}`);
  say.line(`API       ${settings.apiUrl}, balanced over`);
  for (const [index, port] of ports.entries()) {
    say.line(`          api-${index + 1}  http://localhost:${port}  process ${replicas[index]?.pid()}`);
  }
  say.line(`Revoke    npx usher-auth revoke --user <id> --env ${envFile}`);
  say.line("Sign out, revoke, or kill -9 a replica: it restarts. Ctrl-C stops all, and deletes the data.");

  const webEnded = web.ended.then((how) => {
    if (!stopping.aborted) throw new LaunchError(how);
  });
  await Promise.race([whenAborted(stopping), webEnded]);
}
