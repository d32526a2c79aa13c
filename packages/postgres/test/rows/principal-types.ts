// Checked by `tsc`, never run: every rows.for() takes the principal of a guarded request, without a cast.

import type { PGlite } from "@electric-sql/pglite";
import { createRows, type Rows } from "@usher-auth/postgres";
import { type DrizzleDatabase, drizzleRows } from "@usher-auth/postgres/drizzle";
import { kyselyRows } from "@usher-auth/postgres/kysely";
import { prismaRows } from "@usher-auth/postgres/prisma";
import type { Principal } from "@usher-auth/verify";
import type {} from "@usher-auth/verify/express";
import type {} from "@usher-auth/verify/fastify";
import type { UsherEnv } from "@usher-auth/verify/hono";
import type { Request } from "express";
import type { FastifyRequest } from "fastify";
import type { Pool } from "pg";
import type { Sql } from "postgres";
import { PrismaClient } from "./prisma/generated/client.ts";

declare const pool: Pool;
declare const sql: Sql;
declare const pglite: PGlite;
declare const database: DrizzleDatabase;
declare const fastify: FastifyRequest;
declare const express: Request;
declare const hono: UsherEnv["Variables"];

/** `Claims` is the output of a schema of the application: of any type, also not an object. */
export function types<Claims>(verified: Principal, validated: Principal<Claims>): void {
  for (const principal of [fastify.principal, express.principal, hono.principal, verified, validated]) {
    createRows(pool).for(principal).query("select");
    createRows(sql).for(principal)`select`;
    createRows(pglite).for(principal).query("select");
    drizzleRows(database).for(principal).execute("select");
    kyselyRows<{ notes: { body: string } }>(pool).for(principal).selectFrom("notes");
    prismaRows(pool, (adapter) => new PrismaClient({ adapter }))
      .for(principal)
      .note.findMany();
  }
  const rows: Rows<unknown> = createRows(pool);
  // @ts-expect-error An id is not a principal.
  rows.for("alice");
  // @ts-expect-error Claims that nothing has verified are not a principal.
  rows.for({ sub: "alice" });
  // @ts-expect-error A request without a token has no principal.
  rows.for(undefined);
}
