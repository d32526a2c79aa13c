import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "better-auth/node";
import { createApi } from "./api.ts";
import { type Auth, createAuth } from "./auth.ts";
import { type Database, openDatabase } from "./database.ts";

/** Both servers, as they run. */
export interface Servers {
  readonly auth: Auth;
  readonly authUrl: string;
  readonly apiUrl: string;
  readonly database: Database;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** 0: any free port. */
  readonly authPort: number;
  readonly apiPort: number;
  /** Postgres, for the rows of the API and its revocations. Default: in memory. */
  readonly databaseUrl?: string | undefined;
  /** The SQLite file of Better Auth. Default: in memory. */
  readonly authFile?: string | undefined;
  /** Default: a new one, which is enough for a database in memory. */
  readonly secret?: string | undefined;
}

/** Starts the Better Auth server and the API. In production, these are two programs. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const authServer = createServer();
  const authUrl = await listen(authServer, options.authPort);
  const apiServer = createServer();
  const apiUrl = await listen(apiServer, options.apiPort);

  const secret = options.secret ?? randomBytes(32).toString("base64url");
  const { auth, stop } = await createAuth({ url: authUrl, apiUrl, secret, file: options.authFile });
  authServer.on("request", toNodeHandler(auth));

  const database = await openDatabase(options.databaseUrl);
  const api = await createApi({ authUrl, url: apiUrl, database });
  await api.ready();
  apiServer.on("request", (request, response) => api.routing(request, response));

  return {
    auth,
    authUrl,
    apiUrl,
    database,
    async close() {
      await stop();
      for (const server of [authServer, apiServer]) {
        server.close();
        server.closeAllConnections();
      }
      await api.close();
      await database.close();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<string> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
