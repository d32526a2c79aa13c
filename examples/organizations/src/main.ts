/** `npm start`: the Better Auth server and the API, with two organizations. */
import { seed } from "./seed.ts";
import { startServers } from "./servers.ts";

const {
  AUTH_PORT = "3000",
  API_PORT = "3001",
  DATABASE_URL,
  AUTH_DATABASE,
  BETTER_AUTH_SECRET,
} = process.env;
if (AUTH_DATABASE !== undefined && BETTER_AUTH_SECRET === undefined)
  throw new Error("AUTH_DATABASE keeps users, so it needs a BETTER_AUTH_SECRET that stays the same.");

const servers = await startServers({
  authPort: Number(AUTH_PORT),
  apiPort: Number(API_PORT),
  databaseUrl: DATABASE_URL,
  authFile: AUTH_DATABASE,
  secret: BETTER_AUTH_SECRET,
});
const { adapter } = await servers.auth.$context;
if ((await adapter.count({ model: "user" })) === 0) await seed(servers.auth, servers.database);
process.stdout.write(`Better Auth: ${servers.authUrl}\nAPI:         ${servers.apiUrl}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void servers.close());
