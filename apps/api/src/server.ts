import {
  AuthError,
  type Revocations,
  secretFingerprintFromEnv,
  type Verifier,
  verifierFromEnv,
} from "@usher-auth/verify";
import { createRevocations } from "@usher-auth/verify/revocation";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { isLocal } from "./development/local.ts";
import { openAuditFile } from "./operations/audit-file.ts";
import { closeGracefully } from "./operations/close-gracefully.ts";
import { listen } from "./operations/listen.ts";
import { openDatabase } from "./operations/open-database.ts";
import { recordRunning } from "./operations/running-record.ts";
import type { MetricsServer } from "./operations/serve-metrics.ts";
import { watchDisk } from "./operations/watch-disk.ts";
import { watchRevocations } from "./operations/watch-revocations.ts";

/** The running API. */
export type Server = {
  /** Lets running requests finish for up to 10 seconds, then closes the database. */
  stop(reason: string): Promise<void>;
};

/** The longest lifetime of a token, in seconds: one day, the most that `usherJwt` allows. */
const maxTokenAge = 86_400;

/**
 * Starts the API from environment variables: configuration, database, revocations, keys, and then the port.
 *
 * @throws An error that `describeFailure` turns into one line.
 */
export async function startServer(env: NodeJS.ProcessEnv): Promise<Server> {
  const config = readConfig(env);
  const database = await openDatabase({
    url: config.databaseUrl,
    migrationUrl: config.migrationDatabaseUrl,
    revocationsUrl: config.revocationsDatabaseUrl,
    listenUrl: config.listenDatabaseUrl,
    key: config.rowsKey,
    folder: config.databaseFolder,
    deadline: config.databaseTimeout,
  });
  const revocations = createRevocations({
    store: database.revocations,
    maxTokenAge,
    whenStale: config.whenStale,
  });
  let metrics: MetricsServer | undefined;
  let endAudit: (() => void) | undefined;
  const close = async () => {
    await metrics?.close();
    await revocations.close();
    await database.close();
    endAudit?.();
  };
  try {
    // First, so that nothing happens that is not written.
    if (config.auditLog !== undefined) endAudit = openAuditFile(config.auditLog);
    const names = { BETTER_AUTH_URL: config.issuer, API_URL: config.audience };
    const verifier = verifierFromEnv({ ...env, ...names }, { revocations });
    // First, so that nothing happens that is not counted.
    if (config.metricsPort !== undefined) metrics = await startMetrics(verifier, config.metricsPort);
    const app = await buildApp({ config, database, verifier, showRefusals: isLocal(config) });
    app.log.info({ database: database.kind, rows: database.mode }, describeKeys(env));
    if (metrics !== undefined) app.log.info(`api metrics on ${metrics.url}`);
    await loadRevocations(revocations, app);
    const stopWatching = watchDisk(database, app.log);
    app.addHook("onClose", async () => stopWatching());
    const deleteRecord = recordRunning(config, env, app.log);
    await listen(app, config).catch((error: unknown) => {
      deleteRecord();
      throw error;
    });
    loadKeys(verifier, app);
    const stop = async (reason: string) => {
      app.log.info(`api stopping (${reason})`);
      await closeGracefully(app);
      await close();
      app.log.info("api stopped");
    };
    return { stop: (reason) => stop(reason).finally(deleteRecord) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Loaded only if there are metrics: the SDK takes a tenth of a second. */
async function startMetrics(verifier: Verifier, port: number): Promise<MetricsServer> {
  const { serveMetrics } = await import("./operations/serve-metrics.ts");
  return serveMetrics(verifier, port);
}

/**
 * Before the port opens, so that the first request already meets all revocations. If the database fails in
 * this moment, the API starts anyway: USHER_WHEN_STALE says what happens to tokens until it is back.
 */
async function loadRevocations(revocations: Revocations, app: FastifyInstance): Promise<void> {
  await revocations.ready().catch(() => undefined);
  const stopWatching = watchRevocations(revocations, app.log);
  app.addHook("onClose", async () => stopWatching());
}

/** For the log: lets an operator compare the secret of this process with the issuer's. */
function describeKeys(env: NodeJS.ProcessEnv): string {
  const fingerprint = secretFingerprintFromEnv(env);
  const secret = fingerprint === undefined ? "without a secret" : `secret fingerprint ${fingerprint}`;
  return env.USHER_JWKS_URL ? `api ${secret}, keys from ${env.USHER_JWKS_URL}` : `api ${secret}`;
}

/** So that the first request need not wait for keys. If the issuer is not up yet, the API starts anyway. */
function loadKeys(verifier: Verifier, app: FastifyInstance): void {
  verifier.ready().catch((error: unknown) => {
    app.log.warn(
      { hint: error instanceof AuthError ? error.hint : undefined },
      "api has no keys yet, and tries again",
    );
  });
}
