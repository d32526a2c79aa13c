import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createAuth } from "./auth/auth.ts";
import type { WebConfig } from "./config/config.ts";
import { openDatabase } from "./database/database.ts";
import { developPage } from "./http/development.ts";
import { close, listen } from "./http/listen.ts";
import { servePage } from "./http/page.ts";
import { createLog } from "./log.ts";
import { recordRunning } from "./running-record.ts";

/** The web app, answering. */
export interface RunningWeb {
  readonly port: number;
  /** Where it listens, for a person to open. */
  readonly url: string;
  /** Finishes the requests under way, then closes the database. */
  close(): Promise<void>;
}

/**
 * Starts the web app: the port first, for the issuer may be named after it, then the database, then what
 * answers. Requests that arrive in between wait.
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

    const database = await openDatabase(config, log);
    closers.unshift(() => database.close());

    const issuer = config.issuer ?? `http://localhost:${port}`;
    const secure = issuer.startsWith("https:");
    if (config.production && !secure) {
      log.warn("BETTER_AUTH_URL is not https: anybody on the way can read the session cookies");
    }
    const { auth, stop } = await createAuth(config, issuer, database, log);
    // When nobody can sign out any more, and while there is a database to keep what is left.
    closers.splice(1, 0, stop);
    const app = createApp({ config, auth, database, secure, page, log });
    const listener = getRequestListener(app.fetch);

    if (config.development) {
      const development = await developPage(server);
      closers.push(() => development.close());
      answer(development.before(listener));
    } else {
      answer(listener);
    }
    const forget = recordRunning(config, issuer, log);
    closers.push(async () => forget());
    return { port, url: `http://${nameOf(config.host)}:${port}`, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Loopback and "every interface" are best opened by the name that the issuer has by default. */
function nameOf(host: string): string {
  if (["127.0.0.1", "::1", "0.0.0.0", "::", "localhost"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
