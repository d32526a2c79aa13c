import { prismaRows } from "@usher-auth/postgres/prisma";
import type pg from "pg";
import { type Note, type Prisma, PrismaClient } from "./generated/client.ts";

// Checked by the compiler: a principal's client has the types of the application's own.

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
const holds = <_Condition extends true>() => {};

declare const pool: pg.Pool;

export async function check(): Promise<void> {
  const rows = prismaRows(pool, (adapter) => new PrismaClient({ adapter }));
  const alice = rows.for({ id: "alice" });

  const notes = await alice.note.findMany();
  holds<Equal<typeof notes, Note[]>>();
  const selected = await alice.note.findFirst({ select: { body: true, replies: { select: { id: true } } } });
  holds<Equal<typeof selected, { body: string; replies: { id: number }[] } | null>>();
  const both = await alice.$transaction([alice.note.count(), alice.note.findMany()]);
  holds<Equal<typeof both, [number, Note[]]>>();
  const inside = await alice.$transaction((tx) => tx.note.create({ data: { body: "x" } }));
  holds<Equal<typeof inside, Note>>();
  const raw = await alice.$queryRaw<{ n: number }[]>`select 1 as n`;
  holds<Equal<typeof raw, { n: number }[]>>();

  // Functions that take Prisma's own type for a transaction's client take a principal's.
  const takesClient = (_client: Prisma.TransactionClient) => {};
  takesClient(alice);

  // @ts-expect-error: a column that the model does not have
  await alice.note.findMany({ where: { nothing: 1 } });
  // @ts-expect-error: ends the connection of all principals
  await alice.$disconnect();
  // @ts-expect-error: listens to all principals
  alice.$on("query", () => {});
  // @ts-expect-error: an extension could leave the binding
  alice.$extends({});
  // @ts-expect-error: not a client
  prismaRows(pool, () => ({}));
  // @ts-expect-error: pg.Pool only
  prismaRows("postgres://…", (adapter) => new PrismaClient({ adapter }));

  const extended = prismaRows(pool, (adapter) =>
    new PrismaClient({ adapter }).$extends({
      model: { note: { first: () => "first" as const } },
      result: { note: { title: { needs: { body: true }, compute: ({ body }) => body.length } } },
    }),
  ).for({ id: "alice" });
  holds<Equal<ReturnType<typeof extended.note.first>, "first">>();
  const { title } = await extended.note.findFirstOrThrow();
  holds<Equal<typeof title, number>>();
  await extended.$transaction((tx) => tx.note.count());
}
