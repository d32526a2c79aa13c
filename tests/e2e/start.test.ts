import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "./support/files/temporary-folder.ts";
import { copyPreparedDatabase } from "./support/postgres/prepared-database.ts";
import { startPostgres } from "./support/postgres/start-postgres.ts";
import { failToStart } from "./support/processes/fail-to-start.ts";
import { isAlive, type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { machineEnvironment } from "./support/processes/machine-environment.ts";
import { signUp } from "./support/session.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("while it runs", () => {
  let usher: RunningUsher;
  beforeAll(async () => {
    usher = await startUsher();
  });
  afterAll(() => usher.stop());

  test("serves the page and the health endpoints", async () => {
    const page = await fetch(usher.webUrl);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await (await fetch(`${usher.webUrl}/config.json`)).json()).toEqual({
      apiUrl: usher.apiUrl,
      local: true,
    });
    for (const path of [
      `${usher.webUrl}/health/live`,
      `${usher.apiUrl}/health/live`,
      `${usher.apiUrl}/health/ready`,
    ]) {
      expect((await fetch(path)).status).toBe(200);
    }
  });

  test("stores the secret with mode 0600", () => {
    expect(statSync(join(usher.dataFolder, "better-auth-secret")).mode & 0o777).toBe(0o600);
  });

  test("prints commands with the settings that it wrote, with mode 0600", async () => {
    const file = join(usher.dataFolder, ".env");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [words = ""] = usher.output().match(/(?<=npx )usher-auth status --env .+/) ?? [];
    const status = spawn("npx", words.split(" "), { cwd: root, env: machineEnvironment() });
    const output = text(status.stdout);
    expect(await once(status, "close")).toEqual([0, null]);
    expect(await output).toContain(`✓ ${file}: an API can start with these settings`);
    expect(usher.output()).toContain(`audit ${usher.apiUrl}/openapi.json --test-users --env ${file}\n`);
  });

  test("a second start with the same data folder fails with one line", async () => {
    const line = await failToStart({ DATA_DIR: usher.dataFolder });
    expect(line).toBe(
      `usher | the data folder ${usher.dataFolder} is in use by another \`npm start\`: ` +
        "stop it, or set DATA_DIR to another folder",
    );
  });
});

describe("it stops", () => {
  test("in order when npm's process group gets SIGINT", async () => {
    const npm = spawn("npm", ["start"], {
      cwd: root,
      env: { ...machineEnvironment(), DATA_DIR: temporaryFolder(), WEB_PORT: "0", API_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    let output = "";
    npm.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const closed = once(npm, "close");
    try {
      await vi.waitFor(() => expect(output).toContain("Ctrl-C stops both"), 60_000);
    } finally {
      process.kill(-(npm.pid ?? 0), "SIGINT");
      await closed;
    }
    // npm's exit code is that of an interrupted shell, not the script's.
    expect(output).toContain("usher | stopping");
    expect(output).toContain("api stopped");
    await expectDown(output.match(/http:\/\/localhost:\d+/g) ?? []);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "with all its processes when only npm gets %s",
    async (signal) => {
      const DATA_DIR = await folderWithDatabase();
      const npm = spawn("npm", ["start"], {
        cwd: root,
        env: { ...machineEnvironment(), DATA_DIR, WEB_PORT: "0", API_PORT: "0" },
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      let output = "";
      npm.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      // Also stop it if the test fails.
      onTestFinished(() => {
        try {
          process.kill(-(npm.pid ?? 0), "SIGINT");
        } catch {}
      });
      const closed = once(npm, "close");
      await vi.waitFor(() => expect(output).toContain("Ctrl-C stops both"), 60_000);
      npm.kill(signal);
      // The output has ended: no process holds the pipe.
      await closed;
      expect(output).toContain("usher | stopping");
      expect(output).toContain("api stopped");
      await expectDown(output.match(/http:\/\/localhost:\d+/g) ?? []);
    },
  );

  test("with code 0 after repeated SIGINT, and keeps its users at the next start", async () => {
    const DATA_DIR = await folderWithDatabase();
    const first = await start({ DATA_DIR });
    const { cookie } = await signUp(first.webUrl);
    while (first.process.exitCode === null && !first.output().includes("api stopped")) {
      first.process.kill("SIGINT");
      await pause(5);
    }
    expect(await first.ended).toMatchObject({ code: 0, signal: null, errors: "" });
    await expectDown([first.webUrl, first.apiUrl]);

    const second = await start({ DATA_DIR });
    const session = await fetch(`${second.webUrl}/api/auth/get-session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ user: { name: "Ada Lovelace" } });
    expect(await second.stop()).toMatchObject({ code: 0, signal: null, errors: "" });
  });

  test("with code 1 and one line when the API is killed, and keeps acknowledged tasks", async () => {
    const DATA_DIR = await folderWithDatabase();
    const first = await start({ DATA_DIR });
    const { userId, token, cookie } = await signUp(first.webUrl);
    const created = await fetch(`${first.apiUrl}/api/${userId}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "Survive" }),
    });
    const killed = first.descendants().find(({ command }) => command.includes("apps/api/src/main.ts"));
    process.kill(killed?.pid ?? 0, "SIGKILL");
    expect(created.status).toBe(201);
    expect(await first.ended).toMatchObject({ code: 1, errors: "usher | the api process ended (SIGKILL)\n" });
    await expectDown([first.webUrl, first.apiUrl]);

    // At the same addresses, because tokens contain them.
    const ports = { WEB_PORT: new URL(first.webUrl).port, API_PORT: new URL(first.apiUrl).port };
    const second = await start({ DATA_DIR, ...ports });
    const fresh = await fetch(`${second.webUrl}/api/auth/token`, { headers: { cookie } });
    const { token: freshToken } = (await fresh.json()) as { token: string };
    const listed = await fetch(`${second.apiUrl}/api/${userId}/tasks`, {
      headers: { authorization: `Bearer ${freshToken}` },
    });
    expect(await listed.json()).toMatchObject({ tasks: [{ title: "Survive" }] });
    await second.stop();
  });

  test("in order in production, with both databases on Postgres", async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.stop());
    const usher = await start({
      NODE_ENV: "production",
      BETTER_AUTH_SECRETS: `2:${randomBytes(32).toString("base64url")},1:${randomBytes(32).toString("base64url")}`,
      DATABASE_URL: await postgres.createDatabase(),
      AUTH_DATABASE_URL: await postgres.createDatabase(),
    });
    const { userId, token } = await signUp(usher.webUrl);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${usher.apiUrl}/api/${userId}/tasks`, { headers })).status).toBe(200);
    expect(readdirSync(usher.dataFolder)).not.toContain("better-auth-secret");
    expect(await usher.stop()).toMatchObject({ code: 0 });
  });

  test("with all its processes when it is killed", async () => {
    const usher = await start();
    const descendants = usher.descendants();
    expect(descendants).toHaveLength(2);
    usher.process.kill("SIGKILL");
    await vi.waitFor(() => expect(descendants.filter(({ pid }) => isAlive(pid))).toEqual([]), 20_000);
  });
});

test("--help lists the variables, and an unknown option fails", async () => {
  const run = async (argument: string, ...others: string[]) => {
    const child = spawn(
      process.execPath,
      ["--conditions=@usher-auth/source", "--", "scripts/start.ts", argument, ...others],
      {
        cwd: root,
      },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [code] = await once(child, "close");
    return { code, output };
  };
  const help = await run("--help");
  expect(help.code).toBe(0);
  for (const variable of ["WEB_PORT", "API_PORT", "DATA_DIR", "BETTER_AUTH_SECRET", "DATABASE_URL"]) {
    expect(help.output).toContain(variable);
  }
  // Like npm's script: without `--`, Node would read the option itself.
  expect((await run("--env-file", "nope")).output).toMatch(
    /^Unknown option '--env-file'\. See: npm start -- --help\n$/,
  );
  const unknown = await run("--prot=3000");
  expect(unknown.code).toBe(1);
  expect(unknown.output).toMatch(/^Unknown option '--prot'\. See: npm start -- --help\n$/);
});

/** A folder with a prepared database. Only the test of `npm start` above starts without one. */
async function folderWithDatabase(): Promise<string> {
  const folder = temporaryFolder();
  await copyPreparedDatabase(join(folder, "api"));
  return folder;
}

async function start(environment: Record<string, string> = {}): Promise<RunningUsher> {
  const usher = await startUsher(environment);
  onTestFinished(async () => {
    await usher.stop();
  });
  return usher;
}

/** Expects all addresses to stop answering soon. Their processes may still be ending. */
async function expectDown(urls: string[]): Promise<void> {
  expect(urls.length).toBeGreaterThan(0);
  for (const url of urls) {
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow("fetch failed"), 10_000);
  }
}
