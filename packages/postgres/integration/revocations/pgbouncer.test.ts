import { missingPgbouncer, type Pgbouncer, startPgbouncer } from "@usher-auth/e2e/pgbouncer";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import {
  migrateRevocations,
  type RevocationDatabase,
  type RevocationStoreOptions,
  revocationStore,
} from "@usher-auth/postgres/revocations";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { describeStore } from "../../test/revocations/contract.ts";
import { accessOf, connect, connectByPg } from "../../test/revocations/databases.ts";
import { session, testListener } from "../../test/revocations/listener.ts";

// PgBouncer in transaction mode: two queries of one client may run on two server connections, and LISTEN
// reaches nobody.

const missing = missingPgbouncer();
let server: PostgresServer;
let pooler: Pgbouncer;
beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startPostgres();
  const password = new URL(server.url).password;
  pooler = await startPgbouncer({ target: server.port, users: { postgres: password }, poolSize: 2 });
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});
afterAll(async () => {
  await pooler?.stop();
  await server?.stop();
});

const drivers = {
  "postgres.js": (url: string) => {
    const sql = connect(url);
    return { client: sql as RevocationDatabase, end: () => sql.end({ timeout: 1 }) };
  },
  pg: (url: string) => {
    const pool = connectByPg(url);
    return { client: pool as RevocationDatabase, end: () => pool.end() };
  },
};

describe.each(["postgres.js", "pg"] as const)("behind PgBouncer in transaction mode, %s:", (name) => {
  /** A client through the pooler, on a new database. */
  async function open() {
    const direct = await server.createDatabase();
    const { client, end } = drivers[name](pooler.through(direct));
    onTestFinished(end);
    return { direct, client };
  }

  function warnings(): string[] {
    const codes: string[] = [];
    const spy = vi.spyOn(process, "emitWarning").mockImplementation(((
      _text: string,
      { code }: { code: string },
    ) => {
      codes.push(code);
    }) as never);
    onTestFinished(() => spy.mockRestore());
    return codes;
  }

  /** Milliseconds from the append to the delivery, for each of several revocations. */
  async function delays(client: RevocationDatabase, options: RevocationStoreOptions): Promise<number[]> {
    const store = revocationStore(client, options);
    const listener = testListener();
    onTestFinished(await store.subscribe(listener));
    const found: number[] = [];
    for (const id of ["one", "two", "three"]) {
      const since = performance.now();
      await store.append([session(id)]);
      await vi.waitFor(() => expect(listener.events).toContain(id), { timeout: 5_000, interval: 5 });
      found.push(performance.now() - since);
    }
    expect(listener.events).not.toContain("failed");
    return found;
  }

  test("replicas that start together migrate once, and none waits for a lock of a session", async () => {
    const { direct } = await open();
    const replicas = Array.from({ length: 6 }, () => drivers[name](pooler.through(direct)));
    await Promise.all(replicas.map(({ client }) => migrateRevocations(client)));
    await Promise.all(replicas.map(({ end }) => end()));
    const admin = connect(direct);
    expect(await admin`select version from usher_revocations_migrations`).toHaveLength(3);
    expect(await admin`select from pg_locks where locktype = 'advisory'`).toEqual([]);
    await admin.end();
  });

  test("says once that notifications do not arrive, and delivers within two seconds", async () => {
    const codes = warnings();
    const { client } = await open();
    await migrateRevocations(client);
    for (const delay of await delays(client, {})) expect(delay).toBeLessThan(2_000);
    expect(codes).toEqual(["USHER_NOT_NOTIFIED"]);
  });

  test("with listen: false, delivers within two seconds without a warning", async () => {
    const codes = warnings();
    const { client } = await open();
    await migrateRevocations(client);
    for (const delay of await delays(client, { listen: false })) expect(delay).toBeLessThan(2_000);
    expect(codes).toEqual([]);
  });

  test.each(["a URL", "a client"])(
    "with the server itself to listen on, as %s, delivers at once",
    async (form) => {
      const codes = warnings();
      const { client, direct } = await open();
      await migrateRevocations(client);
      const other = drivers[name](direct);
      onTestFinished(other.end);
      const listen = form === "a URL" ? direct : other.client;
      const all = await delays(client, { listen });
      // Five polls would take five seconds.
      expect(all.reduce((sum, delay) => sum + delay, 0)).toBeLessThan(2_500);
      expect(codes).toEqual([]);
    },
  );

  test("with an address to listen on that leads to another database, or nowhere, delivers within two seconds", async () => {
    const codes = warnings();
    const { client } = await open();
    await migrateRevocations(client);
    const elsewhere = await server.createDatabase();
    for (const delay of await delays(client, { listen: elsewhere })) expect(delay).toBeLessThan(2_000);
    expect(codes).toEqual(["USHER_NOT_NOTIFIED"]);
    const nowhere = "postgres://postgres@127.0.0.1:1/nowhere";
    for (const delay of await delays(client, { listen: nowhere })) expect(delay).toBeLessThan(2_000);
    expect(codes).toEqual(["USHER_NOT_NOTIFIED", "USHER_NOT_LISTENING"]);
  });
});

// Where it is missing, the tests above say so.
if (missing === undefined) {
  describeStore("PgBouncer in transaction mode, with the server itself to listen on", async () => {
    const direct = await server.createDatabase();
    const admin = connect(direct);
    const client = connect(pooler.through(direct));
    await migrateRevocations(client);
    return {
      client,
      options: { listen: direct },
      ...accessOf(admin),
      close: async () => {
        await Promise.all([client.end(), admin.end()]);
      },
    };
  });
}
