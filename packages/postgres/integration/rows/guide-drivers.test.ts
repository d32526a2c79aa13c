import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { policySql } from "@usher-auth/postgres";
import { createTestIssuer } from "@usher-auth/testing";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import type { FastifyInstance } from "fastify";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { prepareTables } from "../../test/rows/prepared-tables.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const sections = readFileSync(join(repository, "docs/guide/rows.md"), "utf8").split(/^## /m);

/** The code of the guide: its blocks of a language, in a section. */
function blocksOf(title: string, language: "sql" | "ts"): string[] {
  const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? "";
  return [...section.matchAll(/^```(\w+)[^\n]*\n(.*?)^```/gms)]
    .filter(([, found]) => found === language)
    .map(([, , code = ""]) => code);
}

const [server = ""] = blocksOf("The server", "ts");
const plainSql = blocksOf("Plain SQL", "sql").slice(0, 2);
const issuer = createTestIssuer();

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

type Prepare = (owner: pg.Pool, folder: string) => Promise<unknown>;

const runPlainSql: Prepare = (owner) => owner.query(plainSql.join("\n"));

/** As the migrations that drizzle-kit generates. */
const migrateDrizzle: Prepare = async (owner, folder) => {
  writeFileSync(join(folder, "schema.ts"), blocksOf("Drizzle", "ts")[0] ?? "");
  const [before, after] = [
    generateDrizzleJson({}),
    generateDrizzleJson(await import(join(folder, "schema.ts"))),
  ];
  const generated = await generateMigration(before, after);
  await owner.query([...generated, ...blocksOf("Drizzle", "sql")].join(";\n"));
};

const migrateKysely: Prepare = async (owner) => {
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: owner }) });
  await sql.raw(plainSql[0] ?? "").execute(database);
  await sql.raw(policySql({ table: "tasks", owner: "owner_id" })).execute(database);
};

test.each([
  ["pg", runPlainSql],
  ["postgres.js", runPlainSql],
  ["Drizzle", migrateDrizzle],
  ["Kysely", migrateKysely],
  ["PGlite", undefined],
])("the guide's server runs as it is with %s, and isolates rows", async (title, prepare) => {
  mkdirSync(join(repository, "dist"), { recursive: true });
  // Inside the repository, so that imports resolve to its node_modules.
  const folder = mkdtempSync(join(repository, "dist/guide-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  if (prepare !== undefined) await prepareDatabase(prepare, folder);
  vi.stubEnv("BETTER_AUTH_SECRET", issuer.secret);
  vi.stubEnv("BETTER_AUTH_URL", issuer.issuer);
  vi.stubEnv("API_URL", issuer.audience);
  vi.stubEnv("PORT", "0");
  writeFileSync(join(folder, "tasks.ts"), blocksOf(title, "ts").at(-1) ?? "");
  const quiet = server.replace("logger: true", 'logger: { level: "error" }');
  writeFileSync(join(folder, "server.ts"), `${quiet}\nexport { app };\n`);
  const { app }: { app: FastifyInstance } = await import(join(folder, "server.ts"));
  onTestFinished(() => app.close());

  const send = async (user: string, payload?: string[]) => {
    const headers = { authorization: `Bearer ${issuer.tokenFor(user)}` };
    const response = await app.inject({
      method: payload === undefined ? "GET" : "PUT",
      url: `/api/${user}/tasks`,
      headers,
      ...(payload && { payload }),
    });
    expect(response.statusCode, response.body).toBe(200);
    return response.json().map(({ title }: { title: string }) => title);
  };
  expect(await send("alice", ["call bob", "rest"])).toEqual(["call bob", "rest"]);
  expect(await send("bob", ["call alice"])).toEqual(["call alice"]);
  expect(await send("alice", ["sleep"])).toEqual(["sleep"]);
  expect(await send("alice")).toEqual(["sleep"]);
  expect(await send("bob")).toEqual(["call alice"]);
});

async function prepareDatabase(prepare: Prepare, folder: string): Promise<void> {
  const { url, ownerUrl, key } = await prepareTables(postgres);
  const owner = new pg.Pool({ connectionString: ownerUrl });
  await prepare(owner, folder).finally(() => owner.end());
  vi.stubEnv("DATABASE_URL", url);
  vi.stubEnv("USHER_ROWS_KEY", key);
}
