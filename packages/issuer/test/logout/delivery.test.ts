import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { Browser } from "../instance.ts";
import { readJws } from "../jws.ts";
import { openBackend } from "./backend.ts";
import { issuerFor } from "./issuer.ts";

/** Back-off goes up to five seconds, and the machine may be slow. */
const within = { timeout: 20_000 };

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "usher-issuer-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "auth.sqlite");
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec("pragma journal_mode = wal");
  return database;
}

test("a sign-out and the next sign-in do not wait for a backend that does not answer", async () => {
  const backend = await openBackend();
  backend.silent = true;
  const { auth, pending } = await issuerFor([backend.endpoint]);
  const browser = new Browser(auth);
  await browser.signUp();
  expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  await vi.waitUntil(() => backend.arrived.length === 1, within);
  await browser.signIn();
  expect(await browser.token()).toMatch(/^eyJ/);
  expect(pending()).toHaveLength(1);
  // It is still the first attempt.
  backend.release();
  await vi.waitUntil(() => pending().length === 0, within);
  expect(backend.arrived).toHaveLength(1);
});

test("a backend that was down gets a new token with the time of the sign-out when it is back", async () => {
  const backend = await openBackend();
  const { auth, pending, logged } = await issuerFor([backend.endpoint]);
  const browser = new Browser(auth);
  await browser.signUp();
  await backend.close();
  await browser.request("POST", "/sign-out", {});
  await vi.waitUntil(() => Number(pending()[0]?.attempts) >= 3, within);
  const happenedAt = Date.parse(String(pending()[0]?.happenedAt)) / 1000;

  await backend.open();
  const { payload } = await vi.waitUntil(() => backend.acknowledged[0], within);
  expect(payload.toe).toBe(happenedAt);
  expect(payload.iat).toBeGreaterThanOrEqual(happenedAt);
  await vi.waitUntil(() => pending().length === 0, within);
  const lines = logged.filter(({ message }) => message.startsWith("usherJwt"));
  expect(lines).toEqual([
    { level: "warn", message: expect.stringContaining("did not accept a logout token (ECONNREFUSED)") },
    { level: "info", message: expect.stringContaining("accepts logout tokens again") },
  ]);
  expect(lines.some(({ message }) => message.includes("eyJ"))).toBe(false);
});

test("retries after any answer but 200 and 204, each time with a new jti", async () => {
  const statuses = [201, 302, 400, 401, 404, 413, 429, 500, 503];
  const backends = await Promise.all(statuses.map(() => openBackend()));
  for (const [index, backend] of backends.entries()) backend.status = statuses[index] ?? 500;
  const { auth, pending } = await issuerFor(backends.map(({ endpoint }) => endpoint));
  const browser = new Browser(auth);
  await browser.signUp();
  await browser.request("POST", "/sign-out", {});
  await vi.waitUntil(() => backends.every(({ arrived }) => arrived.length >= 2), within);
  expect(pending()).toHaveLength(statuses.length);
  const all = backends.flatMap(({ arrived }) => arrived.map(({ payload }) => payload.jti));
  expect(new Set(all).size).toBe(all.length);

  for (const backend of backends) backend.status = 204;
  await vi.waitUntil(() => pending().length === 0, within);
});

test("does not follow a redirect", async () => {
  const [backend, elsewhere] = [await openBackend(), await openBackend()];
  backend.status = 307;
  backend.headers = { location: elsewhere.endpoint };
  const { auth, pending } = await issuerFor([backend.endpoint]);
  const browser = new Browser(auth);
  await browser.signUp();
  await browser.request("POST", "/sign-out", {});
  await vi.waitUntil(() => backend.arrived.length === 2, within);
  expect(elsewhere.arrived).toEqual([]);
  expect(pending()).toHaveLength(1);
});

test("the next process sends what the previous one left, without another sign-out", async () => {
  const backend = await openBackend();
  await backend.close();
  const file = databaseFile();
  const before = await issuerFor([backend.endpoint], { database: openDatabase(file) });
  const browser = new Browser(before.auth);
  await browser.signUp();
  const { sid } = readJws(await browser.token()).payload;
  await browser.request("POST", "/sign-out", {});
  await before.stop();
  before.database.close();

  await backend.open();
  const after = await issuerFor([backend.endpoint], { database: openDatabase(file) });
  const { payload } = await vi.waitUntil(() => backend.acknowledged[0], within);
  expect(payload.sid).toBe(sid);
  await vi.waitUntil(() => after.pending().length === 0, within);
});

test("of several issuers on one database, exactly one sends each logout", async () => {
  const backend = await openBackend();
  await backend.close();
  const file = databaseFile();
  const issuers = [];
  for (let count = 0; count < 3; count += 1) {
    issuers.push(await issuerFor([backend.endpoint], { database: openDatabase(file) }));
  }
  const sids: unknown[] = [];
  const [one] = issuers as [(typeof issuers)[number]];
  await new Browser(one.auth).signUp();
  for (let count = 0; count < 30; count += 1) {
    const browser = await new Browser((issuers[count % 3] ?? one).auth).signIn();
    sids.push(readJws(await browser.token()).payload.sid);
    expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  }
  await backend.open();
  await vi.waitUntil(() => one.pending().length === 0, within);
  expect(backend.acknowledged.map(({ payload }) => payload.sid).sort()).toEqual(sids.sort());
});
