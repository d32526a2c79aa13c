import fastifyJwt from "@fastify/jwt";
import { createRows } from "@usher-auth/postgres";
import { drizzleRows } from "@usher-auth/postgres/drizzle";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import { drizzle } from "drizzle-orm/postgres-js";
import type { FastifyInstance, FastifyRequest } from "fastify";
import pg from "pg";
import postgres from "postgres";
import type { HttpSettings } from "../http.ts";
import { rlsTransaction } from "./drizzle-recipe.ts";
import { newestTasks } from "./tasks.ts";

/** What the server of a contender is started with. */
export interface RowsSettings extends HttpSettings {
  /** Names the user that the contender connects as. */
  readonly databaseUrl: string;
  /** Proves principals to a hardened database. */
  readonly key?: string;
}

/** Answers with the ten newest tasks of the user in the path. */
type ListTasks = (request: FastifyRequest<{ Params: { userId: string } }>) => PromiseLike<unknown>;

/** Connects, adds authentication to the app, and returns the handler of its route. */
type Contender = (app: FastifyInstance, settings: RowsSettings) => Promise<ListTasks>;

const max = 10;
const select = "select id, title, notes, completed, created_at, updated_at from tasks";
const newest = "order by created_at desc, id desc limit 10";
const ofOwner = `${select} where owner_id = $1 ${newest}`;
/** Row-level security adds the owner. */
const ofPrincipal = `${select} ${newest}`;

async function guard(app: FastifyInstance, { secret, issuer, audience }: HttpSettings): Promise<void> {
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
  await app.register(usher, { verifier, ownerParam: "userId" });
}

async function verifyWithFastifyJwt(app: FastifyInstance, settings: HttpSettings): Promise<void> {
  const { secret, issuer, audience } = settings;
  await app.register(fastifyJwt, { secret, verify: { allowedIss: issuer, allowedAud: audience } });
  app.addHook("onRequest", (request) => request.jwtVerify());
}

export const contenders: Readonly<Record<string, Contender>> = {
  "bare, postgres.js": async (_app, { databaseUrl }) => {
    const sql = postgres(databaseUrl, { max });
    return ({ params }) => sql.unsafe(ofOwner, [params.userId], { prepare: true });
  },
  "bare, pg": async (_app, { databaseUrl }) => {
    const pool = new pg.Pool({ connectionString: databaseUrl, max });
    return async ({ params }) => (await pool.query(ofOwner, [params.userId])).rows;
  },
  "@fastify/jwt, where": async (app, settings) => {
    await verifyWithFastifyJwt(app, settings);
    const sql = postgres(settings.databaseUrl, { max });
    return ({ params }) => sql.unsafe(ofOwner, [params.userId], { prepare: true });
  },
  "@fastify/jwt, Drizzle's RLS recipe": async (app, settings) => {
    await verifyWithFastifyJwt(app, settings);
    const database = drizzle({ client: postgres(settings.databaseUrl, { max }) });
    return ({ user }) => rlsTransaction(database, user as { sub: string }, (rows) => newestTasks(rows));
  },
  "usher, pg": async (app, settings) => {
    await guard(app, settings);
    const pool = new pg.Pool({ connectionString: settings.databaseUrl, max });
    const rows = createRows(pool, { key: settings.key });
    return async ({ principal }) => (await rows.for(principal).query(ofPrincipal)).rows;
  },
  "usher, pg, prepared": async (app, settings) => {
    await guard(app, settings);
    const pool = new pg.Pool({ connectionString: settings.databaseUrl, max });
    const rows = createRows(pool, { key: settings.key, prepare: true });
    return async ({ principal }) => (await rows.for(principal).query(ofPrincipal)).rows;
  },
  "usher, postgres.js": async (app, settings) => {
    await guard(app, settings);
    const rows = createRows(postgres(settings.databaseUrl, { max }), { key: settings.key });
    return ({ principal }) => rows.for(principal).unsafe(ofPrincipal, [], { prepare: true });
  },
  "usher, Drizzle": async (app, settings) => {
    await guard(app, settings);
    const database = drizzle({ client: postgres(settings.databaseUrl, { max }) });
    const rows = drizzleRows(database, { key: settings.key });
    return ({ principal }) => newestTasks(rows.for(principal));
  },
};
