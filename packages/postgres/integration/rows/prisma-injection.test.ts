import { prismaRows } from "@usher-auth/postgres/prisma";
import pg from "pg";
import type { RowPrincipal } from "../../src/rows/binding/principal.ts";
import type { InjectionTarget } from "../../test/rows/injection/suite.ts";
import { describeInjection } from "../../test/rows/injection/suite.ts";
import type { PreparedTables } from "../../test/rows/prepared-tables.ts";
import { PrismaClient } from "../../test/rows/prisma/generated/client.ts";
import { patient } from "../../test/rows/prisma/prisma-client.ts";

async function openPrisma({ url, key }: PreparedTables): Promise<InjectionTarget> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const rows = prismaRows(pool, (adapter) => new PrismaClient({ adapter, transactionOptions: patient }), {
    key,
  });
  return {
    run: async (principal: RowPrincipal, statements) => {
      const client = rows.for(principal);
      const [first = "", ...others] = statements;
      if (others.length === 0) return client.$queryRawUnsafe(first);
      return client.$transaction(async (tx) => {
        const found: unknown[] = [];
        for (const text of statements) found.push(...(await tx.$queryRawUnsafe<unknown[]>(text)));
        return found;
      });
    },
    raw: async (text) => (await pool.query(text)).rows,
    close: () => pool.end(),
  };
}

describeInjection("Prisma", openPrisma);
