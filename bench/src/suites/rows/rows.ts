import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { makeTokens } from "../../tokens.ts";
import { requestsOf, settingsOf } from "../http.ts";
import { requestRates, type Server, startServer } from "../request-rates.ts";
import { startApi } from "./api.ts";
import { contenders, type RowsSettings } from "./contenders.ts";
import { createTasksDatabase } from "./database.ts";

const script = fileURLToPath(new URL("./server.ts", import.meta.url));
const users = 50;

/**
 * Requests per second for the ten newest tasks of a user, out of a real Postgres: the bare query, peers, and
 * Usher with row-level security, on a database that trusts the principal's name and on a hardened one. Every
 * contender has ten connections, and gets the same requests of fifty users.
 */
export async function rows(effort: {
  rounds: number;
  seconds: number;
}): Promise<Readonly<Record<string, number>>> {
  const set = makeTokens("HS256", 530, users);
  const [first, ...rest] = requestsOf(set).map((request) => ({
    ...request,
    path: `${request.path}?limit=10`,
  }));
  const http = settingsOf(set);
  const key = randomBytes(32).toString("base64url");
  const postgres = await startPostgres({ settings: { max_connections: "300" } });
  const servers: Server[] = [];
  try {
    const named = await createTasksDatabase(postgres, users);
    const hardened = await createTasksDatabase(postgres, users, key);
    servers.push(
      await startApi("usher, apps/api", http, { DATABASE_URL: named.ownerUrl }),
      await startApi("usher, apps/api, hardened", http, {
        DATABASE_URL: hardened.loginUrl,
        MIGRATION_DATABASE_URL: hardened.ownerUrl,
        USHER_ROWS_KEY: key,
      }),
    );
    await named.fill();
    await hardened.fill();
    for (const name of Object.keys(contenders)) {
      const isUsher = name.startsWith("usher");
      const start = async (title: string, settings: RowsSettings) =>
        servers.push(await startServer(title, script, [name, JSON.stringify(settings)]));
      await start(name, { ...http, databaseUrl: isUsher ? named.loginUrl : named.ownerUrl });
      if (isUsher) await start(`${name}, hardened`, { ...http, databaseUrl: hardened.loginUrl, key });
    }
    for (const server of servers) await assertTenTasks(server, first as NonNullable<typeof first>);
    return await requestRates(servers, [first as NonNullable<typeof first>, ...rest], effort);
  } finally {
    for (const server of servers) server.stop();
    await postgres.stop();
  }
}

/** A contender that answers with nothing would be the fastest. */
async function assertTenTasks(
  { name, url }: Server,
  { path, headers }: { path: string; headers: Readonly<Record<string, string>> },
): Promise<void> {
  const response = await fetch(`${url}${path}`, { headers });
  const { tasks } = (await response.json()) as { tasks?: unknown[] };
  if (tasks?.length !== 10) throw new Error(`${name}: ${response.status}, ${tasks?.length} tasks`);
}
