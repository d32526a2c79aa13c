/** `npm start`: Better Auth, with the app for browsers, and the API. In production, these are two programs. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { toNodeHandler } from "better-auth/node";
import { createApi } from "./api.ts";
import { createAuth } from "./auth.ts";
import { serveWebApp } from "./web-app.ts";

const {
  WEB_PORT = "3000",
  API_PORT = "3001",
  DATA_DIR,
  BETTER_AUTH_SECRET: secret = randomBytes(32).toString("base64url"),
} = process.env;
if (DATA_DIR !== undefined && process.env.BETTER_AUTH_SECRET === undefined)
  throw new Error("DATA_DIR keeps users, so it needs a BETTER_AUTH_SECRET that stays the same.");

const url = `http://localhost:${WEB_PORT}`;
const apiUrl = `http://localhost:${API_PORT}`;
const file = DATA_DIR === undefined ? ":memory:" : join(DATA_DIR, "auth.sqlite");
const { auth, stop } = await createAuth({ url, apiUrl, secret, file });
const handleAuth = toNodeHandler(auth);
const server = createServer((request, response) =>
  request.url?.startsWith("/api/auth/")
    ? handleAuth(request, response)
    : serveWebApp(request, response, apiUrl),
);
const api = await createApi({ authUrl: url, url: apiUrl, secret });

// Not only on the loopback address: phones and emulators connect over the network.
await new Promise<void>((resolve) => server.listen(Number(WEB_PORT), "0.0.0.0", resolve));
await api.listen({ port: Number(API_PORT), host: "0.0.0.0" });
console.log(`Web app ${url}\nAPI     ${apiUrl}`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    await api.close();
    await stop();
    process.exit();
  });
