import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { expect, onTestFinished, test } from "vitest";
import { type RunningService, startService } from "../../scripts/launch/service.ts";
import { temporaryFolder } from "./support/files/temporary-folder.ts";
import { freePort } from "./support/network/free-port.ts";
import { copyPreparedDatabase } from "./support/postgres/prepared-database.ts";
import { type Session, signUp } from "./support/session.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
const another = "Qw8eRt5yUi2oPa9sDf6gHj3kLz0xCv7b";

test("usher-auth doctor compares the secrets of the running processes with the settings", async () => {
  const folder = temporaryFolder();
  const [webPort, apiPort] = [String(await freePort()), String(await freePort())];
  const webUrl = `http://localhost:${webPort}`;
  const settings = {
    BETTER_AUTH_URL: webUrl,
    API_URL: `http://localhost:${apiPort}`,
    BETTER_AUTH_SECRET: secret,
    DATA_DIR: folder,
  };
  await copyPreparedDatabase(join(folder, "api"));
  // The page is not tested here, and building it takes time.
  const page = join(folder, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>The page</title>");
  const processes = {
    ...process.env,
    ...settings,
    WEB_PORT: webPort,
    API_PORT: apiPort,
    LOG_LEVEL: "info",
    PAGE_DIR: page,
  };

  await start("web", processes);
  const api = await start("api", { ...processes });
  const ada = await signUp(webUrl);
  const runDoctor = (of: Record<string, string>) => doctor(folder, webUrl, ada, of);

  const healthy = await runDoctor(settings);
  expect(healthy.report).toMatchObject({ findings: [], chainWorks: true });
  expect(healthy.report.confirmed).toContain("api and web use the same secret as these settings");
  expect(healthy.exitCode).toBe(0);

  const changed = await runDoctor({ ...settings, BETTER_AUTH_SECRET: another });
  expect(changed.report.findings.map(({ id }) => id)).toEqual(["running_secret_changed", "secret_differs"]);
  expect(changed.report.findings[0]?.fix[0]).toContain("Restart the web app and the API");
  expect(changed.exitCode).toBe(1);

  const elsewhere = await runDoctor({
    ...settings,
    BETTER_AUTH_SECRET: another,
    BETTER_AUTH_URL: "https://app.example.com",
  });
  expect(elsewhere.report.findings.map(({ id }) => id)).not.toContain("running_secret_changed");

  expect(await api.stop()).toBe(true);
  await start("api", { ...processes, BETTER_AUTH_SECRET: another });
  const differing = await runDoctor(settings);
  const [first, second] = differing.report.findings;
  expect(first).toMatchObject({
    id: "running_secrets_differ",
    title: expect.stringContaining("api and web"),
  });
  expect(first?.evidence.join("\n")).toMatch(
    new RegExp(`api .*${secretFingerprint(another)}[^]*web .*${secretFingerprint(secret)}`),
  );
  expect(first?.fix[0]).toContain("one BETTER_AUTH_SECRET");
  expect(second).toMatchObject({ id: "api_settings_differ" });

  for (const { output } of [healthy, changed, differing]) {
    for (const hidden of [secret, another, ada.token, ada.cookie]) expect(output).not.toContain(hidden);
  }
});

type Report = {
  findings: { id: string; title: string; evidence: string[]; fix: string[] }[];
  confirmed: string[];
  chainWorks: boolean;
};

/** Runs the command line with a piped token and an env file. */
async function doctor(
  folder: string,
  webUrl: string,
  { userId, token, cookie }: Session,
  settings: Record<string, string>,
) {
  const envFile = join(folder, "api.env");
  const cookieFile = join(folder, "cookie.txt");
  writeFileSync(
    envFile,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  writeFileSync(cookieFile, cookie);
  const flags = {
    "env-file": envFile,
    "cookie-file": cookieFile,
    issuer: webUrl,
    api: `${settings.API_URL}/api/${userId}/tasks`,
  };
  const words = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
  const child = spawn(
    process.execPath,
    ["--conditions=@usher-auth/source", "packages/cli/src/main.ts", "doctor", "--json", ...words],
    { cwd: root, stdio: ["pipe", "pipe", "inherit"] },
  );
  child.stdin.end(`${token}\n`);
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { exitCode, output, report: JSON.parse(output) as Report };
}

async function start(name: "web" | "api", environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const entry = name === "web" ? "apps/web/src/server/main.ts" : "apps/api/src/main.ts";
  const silence = { line: () => {}, errorLine: () => {} };
  const service = startService({ name, entry, environment, watch: [] }, silence);
  onTestFinished(async () => void (await service.stop()));
  await service.ready;
  return service;
}
