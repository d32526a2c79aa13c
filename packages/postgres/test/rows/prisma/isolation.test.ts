import { AsyncLocalStorage } from "node:async_hooks";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { UnstorableIdError } from "@usher-auth/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PreparedTables, prepareTables } from "../prepared-tables.ts";
import { createReplies, type OpenPrisma, openPrisma } from "./prisma-client.ts";

// test/rows/contract has what every driver and ORM must do. Here is what only Prisma does: requests of one
// tick share statements, promises start when they are awaited, one engine serves all clients.

let server: PostgresServer;
let tables: PreparedTables;
let prisma: OpenPrisma;

beforeAll(async () => {
  server = await startPostgres();
  tables = await prepareTables(server);
  await createReplies(tables.ownerUrl);
  prisma = openPrisma(tables);
});
afterAll(async () => {
  await prisma?.end();
  await server?.stop();
});
beforeEach(() => {
  prisma.statements.length = 0;
});

const alice = () => prisma.rows.for({ id: "alice" });
const bob = () => prisma.rows.for({ id: "bob" });

const noteOfAlice = { where: { id: 1 } };
const secretOfBob = { where: { id: 2 } };

describe("requests of one tick", () => {
  test("are joined for one principal, never for two", async () => {
    const [hers, his] = [alice(), bob()];
    const found = await Promise.all([
      his.note.findUnique(secretOfBob),
      hers.note.findUnique(secretOfBob),
      hers.note.findUnique(noteOfAlice),
      his.note.findUnique(noteOfAlice),
    ]);
    expect(found.map((note) => note?.body)).toEqual(["secret of bob", undefined, "note of alice", undefined]);
    // One each, with both ids.
    expect(prisma.statements.filter((text) => text.includes("IN ($1,$2)"))).toHaveLength(2);
  });

  test("run for their own principal, whichever comes first in the tick", async () => {
    const [hers, his] = [alice(), bob()];
    // Not joined, because they ask for other columns. Prisma runs all in the context of the first.
    const found = await Promise.all([
      his.note.findUnique({ ...secretOfBob, select: { body: true } }),
      hers.note.findUnique({ ...secretOfBob, select: { id: true, body: true } }),
      hers.note.findUniqueOrThrow({ ...noteOfAlice, select: { body: true } }),
      his.note.findUnique({ ...noteOfAlice, select: { ownerId: true } }),
    ]);
    expect(found).toEqual([{ body: "secret of bob" }, null, { body: "note of alice" }, null]);
  });

  test("are not joined for two bindings of one principal, or of one user in two organizations", async () => {
    const [one, two] = [alice(), prisma.rows.for({ id: "alice", claims: { org: "acme" } })];
    await Promise.all([one.note.findUnique(noteOfAlice), two.note.findUnique(noteOfAlice)]);
    expect(prisma.statements).toHaveLength(2);
  });

  test("of 50 principals with every kind of operation return each principal's own", async () => {
    const whoAmI = async (id: string, index: number) => {
      const own = prisma.rows.for({ id });
      const me = () => own.$queryRaw<{ me: string }[]>`select usher.user_id() as me`;
      const kinds = [
        async () => [(await own.note.create({ data: { body: "x" } })).ownerId],
        async () => (await own.note.findMany()).map(({ ownerId }) => ownerId),
        async () => [(await own.note.findUnique({ where: { id: 1 + (index % 2) } }))?.ownerId ?? id],
        async () => (await me()).map((row) => row.me),
        async () => (await own.$transaction([me(), me()])).flat().map((row) => row.me),
        async () =>
          own.$transaction(async (tx) =>
            (await tx.$queryRaw<{ me: string }[]>`select usher.user_id() as me`).map((row) => row.me),
          ),
      ];
      const owners = await Promise.all(kinds.map((kind) => kind()));
      return owners.flat().every((owner) => owner === id);
    };
    const ids = Array.from({ length: 50 }, (_, index) => `user${index}`);
    const answers = await Promise.all(ids.map(whoAmI));
    expect(answers).toEqual(ids.map(() => true));
  });
});

describe("a promise of Prisma", () => {
  test("runs for the principal whose client made it, wherever it is awaited", async () => {
    const hers = alice().note.findMany();
    const ownersInBobs = await bob().$transaction(async (tx) => {
      await tx.note.count();
      return (await hers).map(({ ownerId }) => ownerId);
    });
    expect(new Set(ownersInBobs)).toEqual(new Set(["alice"]));
  });

  test("of a transaction that has ended is rejected", async () => {
    const { late } = await alice().$transaction(async (tx) => {
      await tx.note.count();
      // Not started: in an object, because an async function awaits what it returns.
      return { late: tx.note.findMany() };
    });
    await expect(late).rejects.toThrow("Transaction already closed");
  });

  test("of another principal is refused in an array of operations, which would not be atomic", async () => {
    const [hers, his] = [alice(), bob()];
    const before = await his.note.count();
    await expect(
      hers.$transaction([hers.note.count(), his.note.create({ data: { body: "of another" } })]),
    ).rejects.toThrow("$transaction takes operations of the client that it is called on only");
    expect(await his.note.count()).toBe(before);
  });

  test("with the fluent API reads the principal's rows only", async () => {
    const { id } = await alice().note.create({
      data: { body: "parent", replies: { create: { body: "child" } } },
    });
    const where = { where: { id } };
    expect(await alice().note.findUnique(where).replies()).toMatchObject([
      { body: "child", ownerId: "alice" },
    ]);
    expect(await bob().note.findUnique(where).replies()).toBeNull();
  });
});

describe("nested operations", () => {
  test.each(["join", "query"] as const)("load only the principal's relations, by %s", async (strategy) => {
    const hers = alice();
    const { id } = await hers.note.create({ data: { body: "shared parent" } });
    await hers.reply.create({ data: { body: "of alice", noteId: id } });
    // A foreign key is checked without policies, so bob's reply can name her note.
    await bob().reply.create({ data: { body: "of bob", noteId: id } });
    const found = await hers.note.findUniqueOrThrow({
      where: { id },
      include: { replies: true },
      relationLoadStrategy: strategy,
    });
    expect(found.replies.map(({ body }) => body)).toEqual(["of alice"]);
  });

  test("write all or nothing, for the principal", async () => {
    const before = await alice().note.count();
    const replies = { create: [{ body: "fine" }, { body: "refused" }] };
    await expect(alice().note.create({ data: { body: "parent", replies } })).rejects.toThrow();
    expect(await alice().note.count()).toBe(before);
  });

  test("cannot connect to another's row", async () => {
    const create = alice().reply.create({ data: { body: "x", note: { connect: { id: 2 } } } });
    await expect(create).rejects.toMatchObject({ code: "P2025" });
  });
});

describe("a transaction", () => {
  test("rolls back to a savepoint where it is nested", async () => {
    const count = await alice().$transaction(async (tx) => {
      const before = await tx.note.count();
      await tx
        .$transaction(async (inner) => {
          await inner.note.create({ data: { body: "undone" } });
          throw new Error("stop");
        })
        .catch(() => {});
      return (await tx.note.count()) - before;
    });
    expect(count).toBe(0);
  });

  test("that takes longer than its timeout is rolled back, and its connection is free", async () => {
    const small = openPrisma(tables, { max: 1 });
    try {
      const hers = small.rows.for({ id: "alice" });
      const slow = hers.$transaction(
        async (tx) => {
          await tx.note.create({ data: { body: "too slow" } });
          await new Promise((resolve) => setTimeout(resolve, 300));
          return tx.note.count();
        },
        { timeout: 100 },
      );
      await expect(slow).rejects.toMatchObject({ code: "P2028" });
      expect(await hers.note.count({ where: { body: "too slow" } })).toBe(0);
    } finally {
      await small.end();
    }
  });

  test("takes an isolation level", async () => {
    const level = await alice().$transaction(
      (tx) => tx.$queryRaw`select current_setting('transaction_isolation') as level`,
      { isolationLevel: "Serializable" },
    );
    expect(level).toEqual([{ level: "serializable" }]);
  });
});

describe("without a principal", () => {
  const noPrincipal = "a query without a principal";

  test("the shared client runs nothing", async () => {
    const { shared, pool } = prisma;
    const attempts = [
      () => shared.note.findMany(),
      () => shared.note.findUnique(noteOfAlice),
      () => shared.note.create({ data: { body: "x" } }),
      () => shared.$queryRaw`select 1`,
      () => shared.$executeRaw`delete from notes`,
      () => shared.$transaction([shared.note.count(), shared.note.count()]),
      () => shared.$transaction((tx) => tx.note.count()),
    ];
    const connections = pool.totalCount;
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(noPrincipal);
    expect(prisma.statements.filter((text) => !text.includes("BEGIN"))).toEqual([]);
    expect(pool.totalCount).toBe(connections);
  });

  test("the shared client runs nothing in a transaction, an array or a listener of a principal", async () => {
    const { shared } = prisma;
    await alice().$transaction(async (tx) => {
      await expect(shared.note.findMany()).rejects.toThrow(noPrincipal);
      await expect(shared.$transaction((other) => other.note.count())).rejects.toThrow(noPrincipal);
      expect(await tx.note.count()).toBeGreaterThan(0);
    });
    const mixed = alice().$transaction([shared.note.count()]);
    await expect(mixed).rejects.toThrow(noPrincipal);

    const heard: Promise<unknown>[] = [];
    const own = openPrisma(tables);
    own.shared.$on("query", () => {
      if (heard.length === 0) heard.push(own.shared.note.findMany().catch((error: Error) => error.message));
    });
    await own.rows.for({ id: "alice" }).note.findMany();
    await own.end();
    expect(heard).toHaveLength(1);
    expect(await heard[0]).toContain(noPrincipal);
  });

  test("what concerns all principals is refused", () => {
    const hers = alice() as unknown as Record<string, (argument?: unknown) => unknown>;
    for (const method of ["$connect", "$disconnect", "$extends"]) {
      expect(() => hers[method]?.({})).toThrow(`${method} is not for a principal's client`);
    }
    expect(hers.$on).toBeUndefined();
  });

  test("an id that Postgres cannot store is refused at once", () => {
    expect(() => prisma.rows.for({ id: "a\0b" })).toThrow(UnstorableIdError);
  });
});

test("another asynchronous context neither gives nor takes a principal", async () => {
  const other = new AsyncLocalStorage<unknown>();
  const [hers, his] = [alice(), bob()];
  const owners = await other.run({ principal: "bob" }, () =>
    his.$transaction(async (tx) => {
      await tx.note.count();
      // Inside bob's transaction and another library's context.
      return other.exit(async () => (await hers.note.findMany()).map(({ ownerId }) => ownerId));
    }),
  );
  expect(new Set(owners)).toEqual(new Set(["alice"]));
});

test("a wrong key is an error, not an empty result", async () => {
  const wrong = openPrisma(tables, { key: "0123456789abcdef0123456789abcdef" });
  const hers = wrong.rows.for({ id: "alice" });
  await expect(hers.note.findMany()).rejects.toMatchObject({ code: "P1010" });
  await expect(hers.note.findUnique(noteOfAlice)).rejects.toMatchObject({ code: "P1010" });
  await wrong.end();
});
