import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { buildApp } from "../../../apps/api/src/app.ts";
import type { Database } from "../../../apps/api/src/db.ts";
import { clientTimes } from "../../../apps/api/src/http/limits.ts";
import { openDatabase } from "../../../apps/api/src/operations/open-database.ts";
import { temporaryFolder } from "../../../apps/api/test/support/temporary-folder.ts";
import { Ledger } from "./support/ledger.ts";
import { type SlowClient, slowClients } from "./support/slow-clients.ts";

// The real app in this process, with much shorter timeouts. The soak test uses the real ones.

const folder = temporaryFolder();
const issuer = createTestIssuer();
let database: Database;
beforeAll(async () => {
  database = await openDatabase({ url: undefined, folder: join(folder.path, "api") });
});
afterAll(async () => {
  await database.close();
  folder.remove();
});

async function startApp(times: typeof clientTimes) {
  const config = { issuer: issuer.issuer, audience: issuer.audience, logLevel: "silent" } as const;
  const verifier = createVerifier({ ...config, keys: sharedSecret(issuer.secret) });
  const app = await buildApp({ config, database, verifier, times });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { app, url };
}

const connectionsOf = (app: FastifyInstance) =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

test("500 slow clients of six kinds at once: each is disconnected, and all others are answered meanwhile", async () => {
  // Leaves time for a busy machine after the check that finds an overdue request.
  const { app, url } = await startApp({
    headers: 750,
    request: 1_500,
    silence: 6_000,
    idle: 6_500,
    check: 1_500,
  });
  const port = Number(new URL(url).port);
  const ledger = new Ledger(url, issuer, 3);
  const path = `/api/${ledger.user}/tasks`;
  const token = issuer.tokenFor(ledger.user);
  const clients: SlowClient[] = Array.from({ length: 96 }, () => [
    slowClients.headers(port),
    slowClients.body(port, path, token),
    slowClients.refused(port, path),
    slowClients.idle(port),
    slowClients.mute(port),
  ]).flat();
  clients.push(...Array.from({ length: 20 }, () => slowClients.deaf(port)));

  await ledger.during(() =>
    vi.waitFor(
      async () => {
        // A client that reads nothing does not notice the end, so check the server.
        const left = clients
          .filter(({ kind, isClosed }) => kind !== "deaf" && !isClosed())
          .map(({ kind }) => kind);
        expect(left).toEqual([]);
        expect(await connectionsOf(app)).toBeLessThanOrEqual(2 * ledger.users.length);
      },
      { timeout: 40_000, interval: 100 },
    ),
  );

  const statuses = (kind: string) =>
    new Set(
      clients
        .filter((client) => client.kind === kind)
        .map(({ heard }) =>
          heard()
            .match(/HTTP\/1\.1 \d+/g)
            ?.join(),
        ),
    );
  expect(statuses("headers")).toEqual(new Set(["HTTP/1.1 408"]));
  expect(statuses("body")).toEqual(new Set(["HTTP/1.1 408"]));
  // Answered at once, and closed when the rest does not arrive.
  expect(statuses("refused")).toEqual(new Set(["HTTP/1.1 401,HTTP/1.1 408"]));
  expect(statuses("idle")).toEqual(new Set(["HTTP/1.1 200"]));
  expect([...ledger.answers.keys()].toSorted()).toEqual(["200", "201"]);
  expect(ledger.wrong).toEqual([]);
  for (const client of clients) client.close();
  await app.close();
});

test("the real timeouts", async () => {
  const { app } = await startApp(clientTimes);
  const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = app.server;
  expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout }).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    timeout: 60_000,
    keepAliveTimeout: 65_000,
  });
  await app.close();
});
