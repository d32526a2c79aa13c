import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../websocket/support.ts";
import { RawClient } from "../support.ts";

/** Without the launcher of a checkout, which is another process. */
const program = fileURLToPath(new URL("../../../../src/main.ts", import.meta.url));

const document = {
  openapi: "3.1.0",
  info: { title: "Tasks", version: "1" },
  paths: {
    "/slow": { get: { security: [], responses: {} } },
    "/fast": { get: { security: [], responses: {} } },
  },
};

/** Starts the command in front of a backend whose `/slow` waits, and waits until it is ready. */
async function startGate() {
  const slow = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const backend = createServer(async (request, response) => {
    if (request.url === "/slow") {
      asked.resolve();
      await slow.promise;
    }
    response.end(request.url === "/openapi.json" ? JSON.stringify(document) : "from the backend");
  });
  const upstream = `http://127.0.0.1:${await listen(backend)}`;
  const { secret, issuer, audience } = createTestIssuer();
  const gate = spawn(
    process.execPath,
    [
      "--conditions=@usher-auth/source",
      program,
      "gate",
      "--upstream",
      upstream,
      "--openapi",
      `${upstream}/openapi.json`,
      "--port",
      "0",
    ],
    {
      env: {
        BETTER_AUTH_SECRET: secret,
        BETTER_AUTH_URL: issuer,
        API_URL: audience,
        NODE_OPTIONS: "--insecure-http-parser",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void gate.kill("SIGKILL"));
  const log = logOf(gate);
  const url = (await log.until(/listens on (http:\/\/localhost:\d+)/))[1] ?? "";
  await expect.poll(async () => (await fetch(`${url}/.usher/ready`)).status, { timeout: 20_000 }).toBe(200);
  return { gate, url, log, asked: asked.promise, answerSlow: slow.resolve };
}

function logOf({ stdout }: ChildProcess) {
  let text = "";
  stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return {
    lines: () =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async until(pattern: RegExp): Promise<RegExpMatchArray> {
      await expect.poll(() => text, { timeout: 30_000 }).toMatch(pattern);
      return text.match(pattern) as RegExpMatchArray;
    },
  };
}

test("a signal lets a running request end, and the process ends with 0", async () => {
  const { gate, url, log, asked, answerSlow } = await startGate();
  const running = fetch(`${url}/slow`);
  await asked;
  gate.kill("SIGTERM");
  await log.until(/is stopping \(SIGTERM\)/);
  await expect(fetch(`${url}/fast`)).rejects.toThrow();
  answerSlow();
  expect(await (await running).text()).toBe("from the backend");
  expect(await once(gate, "exit")).toEqual([0, null]);
  expect(log.lines().at(-1)).toMatchObject({ msg: "the gate has stopped" });
});

test("parses strictly, whatever NODE_OPTIONS says", async () => {
  const { url } = await startGate();
  const client = new RawClient(Number(new URL(url).port));
  client.head("GET /fast HTTP/1.1", "Host: a", "A: b\x01c");
  expect(await client.closed).toContain("400 Bad Request");
});

test("a second signal ends the process at once", async () => {
  const { gate, url, log, asked } = await startGate();
  const running = fetch(`${url}/slow`).catch(() => "broken off");
  await asked;
  gate.kill("SIGTERM");
  await log.until(/is stopping/);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  gate.kill("SIGINT");
  expect(await once(gate, "exit")).toEqual([130, null]);
  expect(await running).toBe("broken off");
});

test("serves on when the reader of its log has exited", async () => {
  const { gate, url } = await startGate();
  gate.stdout?.destroy();
  for (let count = 0; count < 3; count++) {
    // A refusal, for which there is a line.
    expect((await fetch(`${url}/unknown`)).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  }
  expect(await (await fetch(`${url}/fast`)).text()).toBe("from the backend");
  gate.kill("SIGTERM");
  expect(await once(gate, "exit")).toEqual([0, null]);
});

test("has the lines of refusals that came together, at its end too", async () => {
  const { gate, url, log } = await startGate();
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/unknown?token=secret`)));
  expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(401));
  gate.kill("SIGTERM");
  await once(gate, "exit");
  const refusals = log.lines().filter(({ code }) => code === "credentials_missing");
  expect(refusals.reduce((sum, { count = 1 }) => sum + (count as number), 0)).toBe(20);
  expect(JSON.stringify(log.lines())).not.toContain("secret");
});
