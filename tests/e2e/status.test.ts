import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "./support/files/temporary-folder.ts";
import { freePort } from "./support/network/free-port.ts";
import { copyPreparedDatabase } from "./support/postgres/prepared-database.ts";
import { machineEnvironment } from "./support/processes/machine-environment.ts";
import { startProcess } from "./support/processes/service.ts";
import { signOut, signUp } from "./support/session.ts";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const polling = { timeout: 60_000, interval: 500 };
const secret = "a-test-secret-with-a-good-deal-of-variety-7Qx2!";

interface Report {
  readonly state: string;
  readonly sections: Readonly<
    Record<
      string,
      { readonly lines: readonly { state: string; text: string }[]; readonly [fact: string]: unknown }
    >
  >;
}

test("usher-auth status follows the demo through a sign-out while its API is down", {
  timeout: 240_000,
}, async () => {
  const folder = temporaryFolder();
  await copyPreparedDatabase(join(folder, "api"));
  // A placeholder: the page is not tested here.
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>The page</title>");
  const [WEB_PORT, API_PORT] = [String(await freePort()), String(await freePort())];
  const settings = {
    BETTER_AUTH_URL: `http://localhost:${WEB_PORT}`,
    API_URL: `http://localhost:${API_PORT}`,
    BETTER_AUTH_SECRET: secret,
    DATA_DIR: folder,
  };
  const environment = { ...settings, WEB_PORT, API_PORT, PAGE_DIR: folder };
  const file = writeSettings(folder, settings);
  const words = ["--env-file", file, "--health", `${settings.API_URL}/health/ready`];
  const [api] = [await startProcess("api", environment), await startProcess("web", environment)];
  const ada = await signUp(settings.BETTER_AUTH_URL);

  // A variable of the shell does not replace the file's.
  const healthy = await status(words, { BETTER_AUTH_SECRET: "another-secret-of-this-shell-9Zk4-2mQ7" });
  expect(healthy.exitCode, healthy.output).toBe(0);
  expect(healthy.report.sections).toMatchObject({
    secrets: { secrets: [{ fingerprint: secretFingerprint(secret) }] },
    api: { status: 200, parts: { database: "up", revocations: "current" } },
    deliveries: { deliveries: [] },
  });
  expect(healthy.report.sections.secrets?.lines[0]?.text).toBe(
    "api and web use the same secret as these settings",
  );
  expect(healthy.report.sections.settings?.lines.map((line) => line.text).join("\n")).toContain(
    "BETTER_AUTH_SECRET is also set in this shell, with another value",
  );

  await api.kill();
  expect((await signOut(settings.BETTER_AUTH_URL, ada.cookie)).status).toBe(200);
  await expect
    .poll(async () => (await status(words)).report.sections.deliveries, polling)
    .toMatchObject({ deliveries: [{ waiting: 1, lastFailure: expect.stringContaining("ECONNREFUSED") }] });
  const down = await status(words);
  expect(down.exitCode).toBe(1);
  expect(down.report.sections.api).toMatchObject({ status: null });

  await startProcess("api", environment);
  await expect.poll(async () => (await status(words)).exitCode, polling).toBe(0);
  await expect
    .poll(async () => (await status(words)).report.sections.deliveries, polling)
    .toMatchObject({ deliveries: [] });
  for (const { output } of [healthy, down]) {
    for (const hidden of [secret, "another-secret-of-this-shell", ada.token, ada.cookie])
      expect(output).not.toContain(hidden);
  }
});

test("the process ends soon and with the right code when everything hangs, and when its reader leaves", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as { port: number };
  const database = `postgres://user:a-hidden-password@127.0.0.1:${port}/database`;
  const folder = temporaryFolder();
  const file = writeSettings(folder, {
    BETTER_AUTH_URL: `http://localhost:${port}`,
    API_URL: "https://api.example.com",
    USHER_JWKS_URL: `http://localhost:${port}/jwks`,
    DATABASE_URL: database,
    AUTH_DATABASE_URL: database,
    DATA_DIR: folder,
  });
  const words = ["--env", file, "--health", `http://localhost:${port}/health/ready`];
  const started = performance.now();
  const hanging = await status(words);
  expect(hanging.exitCode).toBe(1);
  expect(performance.now() - started).toBeLessThan(25_000);
  const wrong = Object.entries(hanging.report.sections).filter(([, { lines }]) =>
    lines.some(({ state }) => state === "wrong"),
  );
  expect(wrong.map(([name]) => name)).toEqual(["keys", "issuer", "api", "revocations", "deliveries", "rows"]);
  expect(hanging.output).not.toContain("a-hidden-password");

  const child = start([...words, "--json"], {});
  child.stdout.destroy();
  child.stderr.resume();
  expect(await once(child, "close")).toEqual([1, null]);
});

function writeSettings(folder: string, settings: Readonly<Record<string, string>>): string {
  const file = join(folder, "usher.env");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  return file;
}

/** Runs the command in a process. */
async function status(words: readonly string[], shell: Readonly<Record<string, string>> = {}) {
  const child = start([...words, "--json"], shell);
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  expect(errors).toBe("");
  return { exitCode, output, report: JSON.parse(output) as Report };
}

function start(words: readonly string[], shell: Readonly<Record<string, string>>) {
  return spawn(process.execPath, ["--conditions=@usher-auth/source", main, "status", ...words], {
    env: { ...machineEnvironment(), ...shell },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
