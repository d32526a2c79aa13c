import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "@usher-auth/api/src/app.ts";
import { openDatabase } from "@usher-auth/api/src/operations/open-database.ts";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { type Verifier, verifierFromEnv } from "@usher-auth/verify";
import { afterAll, onTestFinished } from "vitest";
import type { Environment } from "../../src/terminal.ts";

type Database = Awaited<ReturnType<typeof openDatabase>>;

let opened: Promise<{ database: Database; folder: string }> | undefined;

/** One database for every API of a test file, because opening one takes seconds. */
async function sharedDatabase(): Promise<Database> {
  opened ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "usher-cli-"));
    await copyPreparedDatabase(join(folder, "api"));
    return { folder, database: await openDatabase({ url: undefined, folder: join(folder, "api") }) };
  })();
  return (await opened).database;
}

afterAll(async () => {
  if (opened === undefined) return;
  const { database, folder } = await opened;
  opened = undefined;
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the real API on a free port. It stops when the test ends. */
export async function startApi(
  environment: Environment,
  change: (verifier: Verifier) => Verifier = (same) => same,
): Promise<string> {
  const app = await buildApp({
    config: {
      issuer: environment.BETTER_AUTH_URL ?? "",
      audience: environment.API_URL ?? "",
      logLevel: "silent",
    },
    database: await sharedDatabase(),
    verifier: change(verifierFromEnv(environment)),
  });
  // Another server may get this port later, so no connection is kept alive.
  app.addHook("onSend", async (_request, reply) => {
    reply.header("connection", "close");
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => app.close());
  return `http://localhost:${(app.server.address() as AddressInfo).port}`;
}
