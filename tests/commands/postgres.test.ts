import { afterAll, beforeAll, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../e2e/support/postgres/start-postgres.ts";
import { blocksAt } from "./support/blocks.ts";
import { openProjects, type Projects } from "./support/new-project.ts";
import { runBlock } from "./support/run-block.ts";
import { start } from "./support/shell.ts";

// Blocks that a reader runs against a Postgres, as the owner of its tables. Each document has a database.

let projects: Projects;
let server: PostgresServer;
const databases = new Map<string, string>();

beforeAll(async () => {
  [projects, server] = await Promise.all([openProjects(), startPostgres()]);
}, 300_000);
afterAll(async () => {
  await server?.stop();
  await projects?.close();
});

test.each(blocksAt("postgres"))("%s", { timeout: 300_000 }, async (_title, block) => {
  const isNew = !databases.has(block.file);
  const url = databases.get(block.file) ?? (await server.createDatabase());
  databases.set(block.file, url);
  const shell = {
    ...projects.shellIn(block.file, { DATABASE_URL: url }),
    input: "a new password\na new password\n",
  };
  if (isNew) {
    // What comes before in every case: the package, and a prepared database.
    const { code, output } = await start("npm install usher-auth && npx usher-auth migrate", shell).ended;
    expect(code, output).toBe(0);
  }
  await runBlock(block, shell, (text) => text.replaceAll("postgres://owner@host/database", url));
});
