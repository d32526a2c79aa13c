import { once } from "node:events";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Environment } from "../../src/server/config/environment.ts";
import { Browser } from "./browser.ts";
import { environment, secret, temporaryFolder } from "./web.ts";
import { WebProcess } from "./web-process.ts";

/** A port that is in use. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port that nothing listens on. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function refusesToStart(changes: Environment, line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await new WebProcess(environment(changes)).ended;
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(code).toBe(1);
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "prints its fingerprint and URL, serves, and exits with 0 on %s",
  async (signal) => {
    const web = new WebProcess(environment());
    const url = await web.url();
    const browser = new Browser(url);
    await browser.signUp("ada@example.com");
    await browser.token();
    web.signal(signal);
    const { code, stdout, stderr } = await web.ended;
    expect(stdout).toBe(`web secret fingerprint ${secretFingerprint(secret)}\nweb listening on ${url}\n`);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  },
);

test("warns in production without https", async () => {
  const web = new WebProcess(environment({ NODE_ENV: "production", LOG_LEVEL: "warn" }));
  await web.url();
  web.signal("SIGTERM");
  const { stderr } = await web.ended;
  expect(stderr.split("\n")).toEqual([
    "web BETTER_AUTH_URL is not https: anyone on the network can read the session cookies",
    "web API_URL is not https, and its host is not in USHER_ALLOW_INSECURE_HOSTS: the API is not notified of sign-outs, and tokens stay valid for up to 5 minutes",
    "",
  ]);
});

test("does not start on a port that is in use", async () => {
  const port = await takenPort();
  await refusesToStart(
    { WEB_PORT: String(port) },
    new RegExp(`^web cannot start: port ${port} is in use\\. .* WEB_PORT`),
  );
});

test("serves metrics on a separate port, and not on that of the app", async () => {
  const web = new WebProcess(environment({ WEB_METRICS_PORT: "0", LOG_LEVEL: "info" }));
  const url = await web.url();
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  web.signal("SIGTERM");
  const { stdout, code } = await web.ended;
  expect(stdout).toMatch(/^web metrics on http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
  expect(code).toBe(0);
  const port = await takenPort();
  await refusesToStart(
    { WEB_METRICS_PORT: String(port) },
    new RegExp(`^web cannot start: cannot serve metrics: port ${port} is in use\\. .* WEB_METRICS_PORT`),
  );
});

test("the metrics show the sign-outs that wait for the API", async () => {
  const port = await deadPort();
  const web = new WebProcess(
    environment({ WEB_METRICS_PORT: "0", LOG_LEVEL: "info", API_URL: `http://127.0.0.1:${port}` }),
  );
  const browser = new Browser(await web.url());
  await browser.signUp("ada@example.com");
  await browser.request("POST", "/api/auth/sign-out");
  const [, metrics = ""] = /^web metrics on (\S+)$/m.exec(web.output()) ?? [];
  const scrape = async () => (await fetch(metrics)).text();
  const label = `server_address="127.0.0.1:${port}"`;
  await vi.waitFor(
    async () =>
      expect(await scrape()).toMatch(new RegExp(`^usher_deliveries_total\\{.*"failed".*${label}`, "m")),
    { timeout: 20_000, interval: 100 },
  );
  expect(await scrape()).toMatch(new RegExp(`^usher_deliveries_waiting\\{.*${label}.*\\} 1$`, "m"));
  web.signal("SIGTERM");
  expect(await web.ended).toMatchObject({ code: 0 });
});

test("does not start if the data folder is not writable", async () => {
  // No user, not even root, can create a path below a file.
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  await refusesToStart(
    { DATA_DIR: join(file, "data") },
    /^web cannot start: cannot write to the data folder .* DATA_DIR/,
  );
});

test("does not start with a file that is not a database", async () => {
  const DATA_DIR = temporaryFolder();
  writeFileSync(join(DATA_DIR, "auth.sqlite"), "not a database".repeat(100));
  await refusesToStart({ DATA_DIR }, /^web cannot start: cannot open the database .*auth\.sqlite/);
});

test("does not start without its database, and does not print the password", async () => {
  const AUTH_DATABASE_URL = `postgres://usher:hunter2@127.0.0.1:${await deadPort()}/auth`;
  await refusesToStart(
    { AUTH_DATABASE_URL },
    /^web cannot start: cannot reach [^,]*, 127\.0\.0\.1:\d+\/auth \(nothing listens there\)\.(?!.*hunter2)/,
  );
});

test("does not start with a database that accepts connections and never answers", async () => {
  const silent = createTcpServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  await refusesToStart(
    { AUTH_DATABASE_URL: `postgres://usher:hunter2@127.0.0.1:${port}/auth` },
    /^web cannot start: cannot reach [^,]*, 127\.0\.0\.1:\d+\/auth \(no answer in 5 seconds\)\.(?!.*hunter2)/,
  );
});

test.each(["production", undefined])(
  "does not start without a secret, with NODE_ENV %s",
  async (NODE_ENV) => {
    await refusesToStart(
      { NODE_ENV, BETTER_AUTH_SECRET: undefined },
      /^web cannot start: BETTER_AUTH_SECRET is not set\. Set it, .*: openssl rand -base64 48$/m,
    );
  },
);

test("does not start with a weak secret, and does not print it", async () => {
  await refusesToStart(
    { BETTER_AUTH_SECRET: "hunter2" },
    /^web cannot start: (?!.*hunter2).* 7 bytes; at least 32/,
  );
});

test("does not start without a built page", async () => {
  await refusesToStart(
    { PAGE_DIR: temporaryFolder() },
    /^web cannot start: the page is not built: .*npm start/,
  );
});

test("loses no acknowledged user when it is killed", async () => {
  const DATA_DIR = join(temporaryFolder(), "data");
  const first = new WebProcess(environment({ DATA_DIR }));
  await new Browser(await first.url()).signUp("ada@example.com");
  first.signal("SIGKILL");
  await first.ended;
  const second = new WebProcess(environment({ DATA_DIR }));
  expect((await new Browser(await second.url()).signIn("ada@example.com")).status).toBe(200);
});

test("an unexpected error is a problem response and one line in the log without an e-mail", async () => {
  const DATA_DIR = join(temporaryFolder(), "data");
  const web = new WebProcess(environment({ DATA_DIR, LOG_LEVEL: "error" }));
  const browser = new Browser(await web.url());
  await browser.signUp("ada@example.com");
  const meddling = new DatabaseSync(join(DATA_DIR, "auth.sqlite"));
  meddling.exec("drop table account");
  meddling.close();

  const failed = await browser.signIn("ada@example.com");
  expect([failed.status, failed.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
  expect(await failed.text()).not.toContain("account");
  web.signal("SIGTERM");
  const { stderr } = await web.ended;
  const lines = stderr.trimEnd().split("\n");
  expect(lines).toContain("web POST /api/auth/sign-in/email failed: no such table: account");
  expect(lines.filter((line) => !line.startsWith("web "))).toEqual([]);
  expect(stderr).not.toContain("ada@example.com");
});

test("an aborted sign-up is one line in the log, without the control characters of its path", async () => {
  const web = new WebProcess(environment({ LOG_LEVEL: "error" }));
  const { port, host } = new URL(await web.url());
  const socket = connect(Number(port), "127.0.0.1");
  const path = "/api/auth/sign-up/email/%1b%5d0;owned%07%c2%9b31m%e2%80%aetxt";
  socket.write(`POST ${path} HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"nam\r\n`);
  setTimeout(() => socket.destroy(), 200);
  await vi.waitFor(() => expect(web.errors()).toMatch(/failed: .*\n$/), 10_000);
  web.signal("SIGTERM");
  const { stderr } = await web.ended;
  expect(stderr).toBe("web POST /api/auth/sign-up/email/]0;owned31mtxt failed: aborted\n");
});

test("restricts an existing data folder and its files to their owner", async () => {
  const DATA_DIR = temporaryFolder();
  chmodSync(DATA_DIR, 0o755);
  const first = new WebProcess(environment({ DATA_DIR }));
  await first.url();
  first.signal("SIGKILL");
  await first.ended;
  const files = () => readdirSync(DATA_DIR, { recursive: true }).map((name) => join(DATA_DIR, String(name)));
  expect(files().map((file) => file.slice(DATA_DIR.length + 1))).toContain("auth.sqlite-wal");
  for (const file of [DATA_DIR, ...files()]) chmodSync(file, 0o777);

  const second = new WebProcess(environment({ DATA_DIR }));
  await second.url();
  // Except for the record of the first process, whose folder is restricted.
  const open = [DATA_DIR, ...files()].filter((file) => (statSync(file).mode & 0o077) !== 0);
  expect(open.filter((file) => !file.startsWith(join(DATA_DIR, "running/")))).toEqual([]);
});
