import { PrismaPg } from "@prisma/adapter-pg";
import { type PrismaAdapter, prismaRows } from "@usher-auth/postgres/prisma";
import { ConfigurationError } from "@usher-auth/verify";
import pg from "pg";
import postgres from "postgres";
import { expect, test } from "vitest";
import { PrismaClient } from "./generated/client.ts";

const createClient = (adapter: PrismaAdapter) => new PrismaClient({ adapter });

const needsVersion7 = "prismaRows needs a client of @prisma/client 7.10 or a later version 7";

/** The part of Prisma Client that holds its batches. */
const handlerOf = (client: PrismaClient) =>
  (client as unknown as { _requestHandler: { dataloader: unknown } })._requestHandler;

function refusal(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as Error;
  }
  throw new Error("it was not refused");
}

test("a client with another adapter is refused: its queries would not be isolated", () => {
  const { message } = refusal(() =>
    prismaRows(new pg.Pool(), () => new PrismaClient({ adapter: new PrismaPg({}) })),
  );
  expect(message).toBe(
    "create the client with the adapter of the callback: (adapter) => new PrismaClient({ adapter })",
  );
});

test("a client of another major version is refused", () => {
  for (const version of ["8.0.0", "70.1.0", undefined]) {
    const create = (adapter: PrismaAdapter) =>
      Object.assign(createClient(adapter), { _clientVersion: version });
    expect(refusal(() => prismaRows(new pg.Pool(), create)).message).toBe(needsVersion7);
  }
});

test("a client is refused whose batches cannot be separated", () => {
  const changes: ((dataloader: Record<string, unknown>) => unknown)[] = [
    () => undefined,
    () => ({}),
    (dataloader) => ({ ...dataloader, request: undefined }),
    (dataloader) => ({
      request: () => {},
      options: { ...(dataloader.options as object), batchBy: undefined },
    }),
  ];
  for (const change of changes) {
    const create = (adapter: PrismaAdapter) => {
      const client = createClient(adapter);
      const handler = handlerOf(client);
      handler.dataloader = change(handler.dataloader as Record<string, unknown>);
      return client;
    };
    expect(refusal(() => prismaRows(new pg.Pool(), create)).message).toBe(needsVersion7);
  }
});

test("an operation is refused whose request Prisma puts into other batches", async () => {
  let client: PrismaClient | undefined;
  let shared: unknown;
  const rows = prismaRows(new pg.Pool(), (adapter) => {
    client = createClient(adapter);
    shared = handlerOf(client).dataloader;
    return client;
  });
  handlerOf(client as PrismaClient).dataloader = shared;
  const alice = rows.for({ id: "alice" });
  await expect(alice.note.findMany()).rejects.toThrow("a query without a principal");
  await expect(alice.note.findUnique({ where: { id: 1 } })).rejects.toThrow("a query without a principal");
});

test("anything but a Pool of pg is refused", () => {
  const others = [new pg.Client(), postgres("postgres://127.0.0.1:1/none"), {}];
  for (const other of others) {
    expect(refusal(() => prismaRows(other as never, createClient)).message).toBe(
      "prismaRows needs a Pool of pg",
    );
  }
});

test("options are checked at once", () => {
  expect(refusal(() => prismaRows(new pg.Pool(), createClient, { key: "short" })).message).toContain(
    "32 bytes",
  );
});
