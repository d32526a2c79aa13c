import type { AddressInfo } from "node:net";
import {
  AuthError,
  createRevocations,
  type Revocations,
  secretFingerprintFromEnv,
  type Verifier,
  verifierFromEnv,
} from "@usher-auth/verify";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { type Config, readConfig } from "./config.ts";
import type { Database } from "./db.ts";
import { openDatabase } from "./operations/open-database.ts";
import { recordRunning } from "./operations/running-record.ts";
import { watchDisk } from "./operations/watch-disk.ts";
import { watchRevocations } from "./operations/watch-revocations.ts";

/** The API, listening. */
export type Server = {
  /**
   * Takes no new connection, lets running requests finish (for up to 10 seconds), and closes the database.
   */
  stop(reason: string): Promise<void>;
};

/** The longest life of a token, in seconds, that an issuer may give: the one day of `usherJwt`. */
const maxTokenAge = 86_400;

/** How long running requests may take to finish, in milliseconds. */
const patience = 10_000;

/**
 * Starts the API as the environment says: configuration, database, revocations, keys, and only then the port.
 *
 * @throws What {@link describeFailure} can put into one line.
 */
export async function startServer(env: NodeJS.ProcessEnv): Promise<Server> {
  const config = readConfig(env);
  const database = await openDatabase({ url: config.databaseUrl, folder: config.databaseFolder });
  const revocations = createRevocations({
    store: database.revocations,
    maxTokenAge,
    whenStale: config.whenStale,
  });
  try {
    const names = { BETTER_AUTH_URL: config.issuer, API_URL: config.audience };
    const verifier = verifierFromEnv({ ...env, ...names }, { revocations });
    const app = await buildApp({ config, database, verifier });
    app.log.info({ database: database.kind }, keysInWords(env));
    await loadRevocations(revocations, app);
    const stopWatching = watchDisk(database, app.log);
    app.addHook("onClose", async () => stopWatching());
    const forget = recordRunning(config, env, app.log);
    await listen(app, config).catch((error: unknown) => {
      forget();
      throw error;
    });
    loadKeys(verifier, app);
    return { stop: (reason) => stop(app, revocations, database, reason).finally(forget) };
  } catch (error) {
    await revocations.close();
    await database.close();
    throw error;
  }
}

/**
 * Before the port opens: the first request already must not get through with what was revoked while this was
 * away. A database that has gone in this very moment keeps nobody from starting.
 */
async function loadRevocations(revocations: Revocations, app: FastifyInstance): Promise<void> {
  await revocations.ready().catch(() => undefined);
  const stopWatching = watchRevocations(revocations, app.log);
  app.addHook("onClose", async () => stopWatching());
}

/** For a person who wonders whether this process and the issuer agree. */
function keysInWords(env: NodeJS.ProcessEnv): string {
  const fingerprint = secretFingerprintFromEnv(env);
  const secret = fingerprint === undefined ? "without a secret" : `secret fingerprint ${fingerprint}`;
  return env.USHER_JWKS_URL ? `api ${secret}, keys from ${env.USHER_JWKS_URL}` : `api ${secret}`;
}

/** So that the first request need not wait. An issuer that is not up yet keeps nobody from starting. */
function loadKeys(verifier: Verifier, app: FastifyInstance): void {
  verifier.ready().catch((error: unknown) => {
    app.log.warn(
      { hint: error instanceof AuthError ? error.hint : undefined },
      "api has no keys yet, and tries again",
    );
  });
}

async function listen(app: FastifyInstance, { host, port, logLevel }: Config): Promise<void> {
  await app.listen({ host, port, listenTextResolver: () => `api listening on ${urlOf(app, host)}` });
  // Whoever started it waits for this line, however little is to be logged.
  if (!["trace", "debug", "info"].includes(logLevel))
    process.stdout.write(`api listening on ${urlOf(app, host)}\n`);
}

/** What a person can open: loopback and "all interfaces" are both reached as localhost. */
function urlOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const local = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"].includes(host);
  return `http://${local ? "localhost" : host}:${port}`;
}

async function stop(
  app: FastifyInstance,
  revocations: Revocations,
  database: Database,
  reason: string,
): Promise<void> {
  app.log.info(`api stopping (${reason})`);
  // A client that keeps its connection after its last answer would hold everything up.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  const impatience = setTimeout(() => app.server.closeAllConnections(), patience);
  await app.close();
  clearInterval(sweep);
  clearTimeout(impatience);
  await revocations.close();
  await database.close();
  app.log.info("api stopped");
}
