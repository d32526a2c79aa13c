import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { createTestIssuer } from "@usher-auth/testing";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { killLeftovers, runToEnd, startProcess } from "./support/process.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const folder = temporaryFolder();
afterEach(killLeftovers);
afterAll(folder.remove);

const issuer = createTestIssuer({ issuer: "http://localhost:3000", audience: "http://localhost:3001" });
const env = {
  BETTER_AUTH_SECRET: issuer.secret,
  BETTER_AUTH_URL: issuer.issuer,
  API_URL: issuer.audience,
  DATA_DIR: join(folder.path, "data"),
};

beforeAll(() => copyPreparedDatabase(join(env.DATA_DIR, "api")));

const headers = () => ({
  authorization: `Bearer ${issuer.tokenFor("ada")}`,
  "content-type": "application/json",
});

function post(url: string, title: string): Promise<Response> {
  return fetch(`${url}/api/ada/tasks`, {
    method: "POST",
    headers: headers(),
    body: JSON.stringify({ title }),
  });
}

async function titles(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/ada/tasks?limit=100`, { headers: headers() });
  const { tasks } = (await answer.json()) as { tasks: { title: string }[] };
  return tasks.map((task) => task.title);
}

/** The records of running processes; those of killed ones are left out. */
function records(): unknown[] {
  const running = join(env.DATA_DIR, "running");
  return readdirSync(running)
    .map((file) => JSON.parse(readFileSync(join(running, file), "utf8")) as { pid: number })
    .filter(({ pid }) => isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// It starts three processes.
const timeout = 120_000;

test("an acknowledged write survives kill -9, right after it and in the middle of many writes", {
  timeout,
}, async () => {
  const first = await startProcess(env);
  expect((await post(first.url, "survivor")).status).toBe(201);
  first.kill("SIGKILL");
  expect((await first.ended).code).toBeNull();

  const second = await startProcess(env);
  expect(await titles(second.url)).toEqual(["survivor"]);
  const acknowledged: string[] = [];
  await Promise.allSettled(
    Array.from({ length: 60 }, async (_, index) => {
      const answer = await post(second.url, `burst ${index}`);
      if (answer.status === 201) acknowledged.push(`burst ${index}`);
      if (acknowledged.length === 20) second.kill("SIGKILL");
    }),
  );
  await second.ended;
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);

  const third = await startProcess(env);
  expect(await titles(third.url)).toEqual(expect.arrayContaining(["survivor", ...acknowledged]));
  third.kill("SIGTERM");
  expect((await third.ended).code).toBe(0);
});

describe("stops", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("cleanly on %s, after the running request", async (signal) => {
    const api = await startProcess(env);
    expect(records()).toEqual([
      expect.objectContaining({ name: "api", secretFingerprint: secretFingerprint(issuer.secret) }),
    ]);
    const body = JSON.stringify({ title: `sent while stopping by ${signal}` });
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1").setEncoding("utf8");
    let received = "";
    socket.on("data", (text) => {
      received += text;
    });
    // The body is held back: the API waits for it although it is stopping.
    const lines = Object.entries({ host: "localhost", "content-length": body.length, ...headers() });
    socket.write(
      `POST /api/ada/tasks HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    await expect.poll(() => fetch(`${api.url}/health/live`).then((answer) => answer.status)).toBe(200);

    api.kill(signal);
    await expect.poll(api.output).toContain(`api stopping (${signal})`);
    api.kill(signal); // once more, as an impatient Ctrl-C does
    socket.write(body);

    const asked = performance.now();
    const { code, stdout, stderr } = await api.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // The client keeps its connection open: waiting for it would take the full ten seconds.
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(stdout).toContain(`api secret fingerprint ${secretFingerprint(issuer.secret)}`);
    expect(stdout).not.toContain(issuer.secret);
    expect(received).toMatch(/^HTTP\/1\.1 201 /);
    expect(api.output()).toContain("api stopped");
    expect(records()).toEqual([]);
  });
});

test("prints that it listens at any log level, and lets no other process use its embedded database", async () => {
  const quiet = await startProcess({ ...env, LOG_LEVEL: "silent" });
  expect(quiet.output()).toBe(`api listening on ${quiet.url}\n`);

  const { code, stderr } = await runToEnd(env);
  expect(stderr).toMatch(
    /^api: the embedded database in \S+ is in use by another process: stop that one, [^\n]+\n$/,
  );
  expect(code).toBe(1);
  expect((await fetch(`${quiet.url}/health/ready`)).status).toBe(200);
  quiet.kill("SIGTERM");
  expect((await quiet.ended).code).toBe(0);
});

test("without a secret in production, does not start, prints the reason in one line, and exits with 1", async () => {
  const { BETTER_AUTH_SECRET: _, ...withoutSecret } = env;
  const { code, stdout, stderr } = await runToEnd({ ...withoutSecret, NODE_ENV: "production" });
  expect(stderr).toMatch(/^api: BETTER_AUTH_SECRET is not set\. Set it [^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
