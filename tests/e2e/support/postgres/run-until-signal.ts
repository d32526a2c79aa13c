/** Starts a Postgres server, prints its URL, and runs it until SIGTERM. For tests that kill this process. */
import { startPostgres } from "./start-postgres.ts";

const server = await startPostgres();
process.stdout.write(`${server.url}\n`);
const keepAlive = setInterval(() => {}, 60_000);
process.once("SIGTERM", async () => {
  await server.stop();
  clearInterval(keepAlive);
});
