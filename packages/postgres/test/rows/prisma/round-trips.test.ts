import { type CountingProxy, startCountingProxy } from "@usher-auth/e2e/counting-proxy";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareTables } from "../prepared-tables.ts";
import { createReplies, type OpenPrisma, openPrisma } from "./prisma-client.ts";

// What operations of Prisma cost that it sends as several statements.

let server: PostgresServer;
let proxy: CountingProxy;
let prisma: OpenPrisma;

beforeAll(async () => {
  server = await startPostgres();
  const tables = await prepareTables(server);
  await createReplies(tables.ownerUrl);
  proxy = await startCountingProxy(server.port);
  const url = new URL(tables.url);
  url.port = String(proxy.port);
  prisma = openPrisma({ ...tables, url: url.href }, { max: 1 });
  await prisma.rows
    .for({ id: "alice" })
    .note.create({ data: { body: "parent", replies: { create: { body: "x" } } } });
});
afterAll(async () => {
  await prisma?.end();
  await proxy?.close();
  await server?.stop();
});

type Alice = ReturnType<OpenPrisma["rows"]["for"]>;
const parent = { body: "parent" };
const replies = { create: [{ body: "one" }, { body: "two" }] };

const operations: [string, number, (alice: Alice) => PromiseLike<unknown>][] = [
  ["findUnique", 1, (alice) => alice.note.findUnique({ where: { id: 1 } })],
  ["findFirst with a count of relations", 1, (alice) => alice.note.findFirst({ include: { _count: true } })],
  ["aggregate", 1, (alice) => alice.note.aggregate({ _max: { id: true } })],
  ["create", 1, (alice) => alice.note.create({ data: parent })],
  ["createMany", 1, (alice) => alice.note.createMany({ data: [parent, parent] })],
  ["update", 1, (alice) => alice.note.update({ where: { id: 1 }, data: { body: "changed" } })],
  ["updateMany", 1, (alice) => alice.note.updateMany({ data: parent })],
  [
    "upsert: a read, a write and a read",
    4,
    (alice) => alice.note.upsert({ where: { id: 1 }, create: parent, update: parent }),
  ],
  [
    "upsert by the id that it creates",
    1,
    (alice) => alice.note.upsert({ where: { id: 1 }, create: { ...parent, id: 1 }, update: parent }),
  ],
  ["deleteMany", 1, (alice) => alice.note.deleteMany({ where: { body: "none" } })],
  ["$queryRaw", 1, (alice) => alice.$queryRaw`select 1`],
  ["$executeRaw", 1, (alice) => alice.$executeRaw`update notes set body = body`],
  [
    "include, joined",
    1,
    (alice) => alice.note.findMany({ include: { replies: true }, relationLoadStrategy: "join" }),
  ],
  [
    "include, by queries",
    2,
    (alice) => alice.note.findMany({ include: { replies: true }, relationLoadStrategy: "query" }),
  ],
  ["the fluent API, joined", 1, (alice) => alice.note.findFirst({ where: parent }).replies()],
  [
    "a nested write of 2 statements and a read",
    4,
    (alice) => alice.note.create({ data: { ...parent, replies } }),
  ],
  [
    "$transaction of 3 in an array",
    4,
    (alice) => alice.$transaction([alice.note.count(), alice.note.count(), alice.note.count()]),
  ],
  ["$transaction of 1 in an array", 1, (alice) => alice.$transaction([alice.note.count()])],
  ["an empty $transaction", 0, (alice) => alice.$transaction(async () => {})],
];

test.each(operations)("%s: %i", async (_name, expected, run) => {
  const alice = prisma.rows.for({ id: "alice" });
  expect(await proxy.count(async () => run(alice))).toBe(expected);
});

test("findUnique calls of one tick: 1", async () => {
  const alice = prisma.rows.for({ id: "alice" });
  const both = () => Promise.all([1, 3].map((id) => alice.note.findUnique({ where: { id } })));
  expect(await proxy.count(both)).toBe(1);
});
