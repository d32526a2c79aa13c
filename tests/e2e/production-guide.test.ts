import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "./support/network/free-port.ts";
import { type PostgresServer, startPostgres } from "./support/postgres/start-postgres.ts";
import { type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { machineEnvironment } from "./support/processes/machine-environment.ts";
import { type Session, signUp } from "./support/session.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "packages/cli/src/main.ts");
const guide = readFileSync(join(root, "docs/guide/production.md"), "utf8");

/** The commands of the guide, in order: they build on one another. */
const blocks = [
  ...guide.matchAll(/(?:<!-- (?<says>exits with|prints) (?<expected>.+?) -->\n)?```sh\n(?<script>.*?)```/gs),
].map(({ groups = {} }) => ({
  says: groups.says,
  expected: groups.expected ?? "",
  script: groups.script ?? "",
  title: groups.script?.split("\n")[0] ?? "",
}));

let server: PostgresServer;
let usher: RunningUsher;
let ada: Session;
let folder: string;
let metricsPort: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "usher-guide-"));
  server = await startPostgres();
  metricsPort = String(await freePort());
  const MIGRATION_DATABASE_URL = await server.createDatabase();
  const sql = postgres(MIGRATION_DATABASE_URL, { max: 1, onnotice: () => {} });
  await sql.unsafe("create role api login noinherit password 'api'");
  await sql.end();
  const settings = {
    BETTER_AUTH_SECRET: "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
    DATABASE_URL: Object.assign(new URL(MIGRATION_DATABASE_URL), { username: "api", password: "api" }).href,
    MIGRATION_DATABASE_URL,
    AUTH_DATABASE_URL: await server.createDatabase(),
    USHER_ROWS_KEY: "a key for row isolation with more than 32 bytes",
    API_METRICS_PORT: metricsPort,
    NODE_ENV: "production",
  };
  usher = await startUsher(settings);
  ada = await signUp(usher.webUrl);
  const all = {
    ...settings,
    BETTER_AUTH_URL: usher.webUrl,
    API_URL: usher.apiUrl,
    DATA_DIR: usher.dataFolder,
  };
  writeFileSync(
    join(folder, ".env"),
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  writeFileSync(join(folder, "token.txt"), ada.token);
});
afterAll(async () => {
  await usher?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every command of docs/guide/production.md says what it must show", () => {
  expect(blocks.length).toBeGreaterThan(15);
  expect(blocks.filter(({ says }) => says === undefined).map(({ title }) => title)).toEqual([]);
});

test.each(blocks)("$title $says $expected", async ({ script, says, expected }) => {
  const { code, output } = await run(script);
  if (says === "exits with") expect(code, output).toBe(Number(expected));
  else expect(output).toContain(expected);
  for (const hidden of ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t", ada.token]) expect(output).not.toContain(hidden);
});

test("the doctor finds the missing TLS of the demo, and nothing else", async () => {
  const { output } = await run("npx usher-auth doctor --production --json --env .env < /dev/null");
  const { findings } = JSON.parse(output) as { findings: { id: string }[] };
  expect(findings.map(({ id }) => id)).toEqual(["issuer_plain_http", "api_plain_http"]);
});

/** Runs commands of the guide with bash, on the running demo. */
async function run(script: string): Promise<{ code: number; output: string }> {
  const program = `npx() { shift; "$NODE" --conditions=@usher-auth/source "$MAIN" "$@"; }\n`;
  const real = script
    .replaceAll("https://app.example.com", usher.webUrl)
    .replaceAll("https://api.example.com", usher.apiUrl)
    .replaceAll("ada@example.com", ada.email)
    .replaceAll("127.0.0.1:9464", `127.0.0.1:${metricsPort}`);
  const env = { ...machineEnvironment(), NODE: process.execPath, MAIN: main, USER_ID: ada.userId };
  return await new Promise((resolve) => {
    execFile(
      "bash",
      ["-c", program + real],
      { cwd: folder, env, timeout: 60_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr });
      },
    );
  });
}
