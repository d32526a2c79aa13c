import { prismaRows } from "@usher-auth/postgres/prisma";
import pg from "pg";
import type { Note, Notes, RowsAdapter } from "../contract/adapter.ts";
import { describeRows } from "../contract/contract.ts";
import { PrismaClient, type Note as PrismaNote } from "./generated/client.ts";
import { patient } from "./prisma-client.ts";

const adapter: RowsAdapter = {
  name: "Prisma",
  open: async ({ url }, { max, options }) => {
    const pool = new pg.Pool({ connectionString: url, max });
    const rows = prismaRows(
      pool,
      (prismaAdapter) => new PrismaClient({ adapter: prismaAdapter, transactionOptions: patient }),
      options,
    );
    return { for: (principal) => notesOf(rows.for(principal)), close: () => pool.end() };
  },
};

type Client = Pick<PrismaClient, "note" | "$queryRawUnsafe" | "$transaction">;

function notesOf(client: Client): Notes {
  const all = () => client.note.findMany({ orderBy: { id: "asc" } });
  return {
    all: () => read(all()),
    insert: async ({ body, owner_id: ownerId }) =>
      read(
        client.note.createManyAndReturn({ data: { body, ...(ownerId === undefined ? {} : { ownerId }) } }),
      ),
    update: (body, { body: newBody, owner_id: ownerId }) =>
      read(
        client.note.updateManyAndReturn({
          where: { body },
          data: {
            ...(newBody === undefined ? {} : { body: newBody }),
            ...(ownerId === undefined ? {} : { ownerId }),
          },
        }),
      ),
    remove: (body) =>
      withState(client.$queryRawUnsafe<Note[]>("delete from notes where body = $1 returning *", body)),
    raw: (text, values = []) => withState(client.$queryRawUnsafe(text, ...values)),
    transaction: (run) => withState(client.$transaction((inner) => run(notesOf(inner as Client)))),
    lazyAll: () => {
      const query = all();
      return () => read(query);
    },
  };
}

async function read(query: PromiseLike<PrismaNote[]>): Promise<Note[]> {
  const notes = await withState(query);
  return notes.map(({ id, ownerId, body }) => ({ id, owner_id: ownerId, body }));
}

/** What Prisma says of a transaction that has finished, and of one inside it. */
const isOver = /Transaction already closed|Concurrent nested transactions are not supported/;

/** Prisma has its own codes and words. The SQLSTATE is in the error of its adapter. */
async function withState<Result>(query: PromiseLike<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    const { message, meta, cause } = error as PrismaError;
    if (isOver.test(message)) {
      throw new Error("a query after its transaction had finished", { cause: error });
    }
    const state = (meta?.driverAdapterError?.cause ?? cause)?.originalCode;
    throw state === undefined ? error : Object.assign(new Error(message, { cause: error }), { code: state });
  }
}

interface PrismaError extends Error {
  readonly meta?: { readonly driverAdapterError?: PrismaError };
  readonly cause?: { readonly originalCode?: string };
}

describeRows(adapter);
