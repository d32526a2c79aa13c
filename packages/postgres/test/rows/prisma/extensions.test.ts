import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { prismaRows } from "@usher-auth/postgres/prisma";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PreparedTables, prepareTables } from "../prepared-tables.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";
import { patient } from "./prisma-client.ts";

// The application's client may have extensions. They run outside the binding, for the principal.

let server: PostgresServer;
let tables: PreparedTables;
let pool: pg.Pool;

beforeAll(async () => {
  server = await startPostgres();
  tables = await prepareTables(server);
  pool = new pg.Pool({ connectionString: tables.url, max: 4 });
});
afterAll(async () => {
  await pool?.end();
  await server?.stop();
});

test("an extension of queries runs once for each operation, also in transactions", async () => {
  const seen: string[] = [];
  const rows = prismaRows(
    pool,
    (adapter) =>
      new PrismaClient({ adapter, transactionOptions: patient }).$extends({
        query: {
          $allModels: {
            $allOperations({ operation, args, query }) {
              seen.push(operation);
              return query(args);
            },
          },
        },
      }),
    { key: tables.key },
  );
  const alice = rows.for({ id: "alice" });
  await alice.note.findMany();
  await alice.note.findUnique({ where: { id: 1 } });
  await alice.$transaction([alice.note.count()]);
  await alice.$transaction((tx) => tx.note.aggregate({ _count: true }));
  expect(seen).toEqual(["findMany", "findUnique", "count", "aggregate"]);
});

test("an extension that queues operations does not mix principals", async () => {
  // One at a time: each operation is started by the end of another principal's.
  let last: Promise<unknown> = Promise.resolve();
  const rows = prismaRows(
    pool,
    (adapter) =>
      new PrismaClient({ adapter, transactionOptions: patient }).$extends({
        query: {
          $allOperations({ args, query }) {
            last = last.then(
              () => query(args),
              () => query(args),
            );
            return last;
          },
        },
      }),
    { key: tables.key },
  );
  const ids = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? "alice" : "bob"));
  const owners = await Promise.all(
    ids.map(async (id) => (await rows.for({ id }).note.findMany()).map(({ ownerId }) => ownerId)),
  );
  expect(owners).toEqual(ids.map((id) => [id]));
});

test("methods and fields of an extension belong to the principal", async () => {
  const rows = prismaRows(
    pool,
    (adapter) =>
      new PrismaClient({ adapter, transactionOptions: patient }).$extends({
        model: {
          note: {
            async bodies(this: unknown) {
              const context = Prisma.getExtensionContext(this as PrismaClient["note"]);
              return (await context.findMany()).map(({ body }: { body: string }) => body);
            },
          },
        },
        result: { note: { title: { needs: { body: true }, compute: ({ body }) => body.toUpperCase() } } },
      }),
    { key: tables.key },
  );
  const bob = rows.for({ id: "bob" });
  expect(await bob.note.bodies()).toEqual(["secret of bob"]);
  expect((await bob.note.findFirstOrThrow()).title).toBe("SECRET OF BOB");
  expect(await bob.$transaction((tx) => tx.note.bodies())).toEqual(["secret of bob"]);
});

test("a query that an extension makes through the shared client is refused", async () => {
  const rows = prismaRows(
    pool,
    (adapter) => {
      const shared = new PrismaClient({ adapter, transactionOptions: patient });
      return shared.$extends({
        query: {
          note: {
            async findMany({ args, query }) {
              await shared.note.count();
              return query(args);
            },
          },
        },
      });
    },
    { key: tables.key },
  );
  await expect(rows.for({ id: "alice" }).note.findMany()).rejects.toThrow("a query without a principal");
});
