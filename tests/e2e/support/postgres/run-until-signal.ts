/**
 * Starts a Postgres server, prints its URL, and holds it until a signal: for tests of what happens when its
 * holder goes.
 */
import { startPostgres } from "./start-postgres.ts";

const server = await startPostgres();
process.stdout.write(`${server.url}\n`);
const held = setInterval(() => {}, 60_000);
process.once("SIGTERM", async () => {
  await server.stop();
  clearInterval(held);
});
