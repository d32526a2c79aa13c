import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createAuth } from "./auth/auth.ts";
import type { WebConfig } from "./config/config.ts";
import { openDatabase } from "./database/open-database.ts";
import { developmentRoutes } from "./development/development-routes.ts";
import { isLocal } from "./development/local.ts";
import { developPage } from "./http/development.ts";
import { close, listen } from "./http/listen.ts";
import { servePage } from "./http/page.ts";
import { createLog } from "./log.ts";
import { recordRunning } from "./running-record.ts";

/** A running web app. */
export interface RunningWeb {
  readonly port: number;
  /** The address to open in a browser. */
  readonly url: string;
  /** Finishes requests in progress, then closes the database. */
  close(): Promise<void>;
}

/**
 * Starts the web app: first the port, since the default issuer contains it, then the database, then the
 * routes. Requests that arrive in between wait.
 *
 * @throws {StartupError} when it cannot start; nothing is left running then
 */
export async function startWeb(config: WebConfig): Promise<RunningWeb> {
  const log = createLog(config.logLevel);
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const closeOne of closers.toReversed()) await closeOne();
  };
  try {
    const page = config.development ? undefined : servePage(config.pageFolder);

    const { promise: ready, resolve: answer } = Promise.withResolvers<RequestListener>();
    const server = createServer(async (request, response) => (await ready)(request, response));
    const port = await listen(server, config.port, config.host);
    closers.push(() => close(server));

    // Loaded only if there are metrics: the SDK takes a tenth of a second.
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : await (await import("./http/metrics.ts")).serveMetrics(config.metricsPort);
    if (metrics !== undefined) {
      closers.unshift(() => metrics.close());
      log.info(`metrics on ${metrics.url}`);
    }

    const database = await openDatabase(config, log);
    closers.unshift(() => database.close());

    const issuer = config.issuer ?? `http://localhost:${port}`;
    const secure = issuer.startsWith("https:");
    if (config.production && !secure) {
      log.warn("BETTER_AUTH_URL is not https: anyone on the network can read the session cookies");
    }
    const { auth, otherApi, stop } = await createAuth(config, issuer, database, log);
    // After the server stops and before the database closes, which keeps the logouts that are left.
    closers.splice(1, 0, stop);
    const stopObserving = metrics?.observe(auth);
    closers.push(async () => stopObserving?.());
    const { apiUrl } = config;
    const development = isLocal(config, issuer)
      ? developmentRoutes({ auth, otherApi, origin: new URL(issuer).origin, apiUrl, log })
      : undefined;
    const app = createApp({ config, auth, database, secure, page, development, log });
    const listener = getRequestListener(app.fetch);

    if (config.development) {
      const vite = await developPage(server);
      closers.push(() => vite.close());
      answer(vite.before(listener));
    } else {
      answer(listener);
    }
    const removeRecord = recordRunning(config, issuer, log);
    closers.push(async () => removeRecord());
    return { port, url: `http://${hostNameOf(config.host)}:${port}`, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** For loopback and "all interfaces": localhost, as in the default issuer. */
function hostNameOf(host: string): string {
  if (["127.0.0.1", "::1", "0.0.0.0", "::", "localhost"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
