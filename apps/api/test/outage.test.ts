import { createServer } from "node:net";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../src/db.ts";
import { openDatabase } from "../src/operations/open-database.ts";
import { openTestApi, type TestApi } from "./support/api.ts";
import { expectProblem } from "./support/problem.ts";

let server: PostgresServer;
let url: string;
let database: Database;
let api: TestApi;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase();
  database = await openDatabase({ url, folder: "unused", deadline: 1_000 });
  api = await openTestApi(database);
});
afterAll(async () => {
  await api.close();
  await database.close();
  await server.stop();
});

test("answers 503 with Retry-After while the database is down, and recovers by itself", async () => {
  const { id } = (await api.call("ada", "POST", "/tasks", { title: "before" })).json();
  await server.kill();

  for (let attempt = 0; attempt < 3; attempt++) {
    const answers = await Promise.all([
      api.call("ada", "GET", "/tasks"),
      api.call("ada", "GET", `/tasks/${id}`),
      api.call("ada", "POST", "/tasks", { title: "during" }),
      api.call("ada", "DELETE", `/tasks/${id}`),
    ]);
    for (const answer of answers) {
      expectProblem(answer, 503, "service_unavailable");
      expect(answer.headers["retry-after"]).toBe("5");
    }
  }
  // Requests that need no database are answered as usual.
  expectProblem(await api.app.inject("/api/ada/tasks"), 401, "credentials_missing");
  expectProblem(await api.call("ada", "POST", "/tasks", {}), 400, "bad_request");
  expect((await api.app.inject("/health/live")).json()).toEqual({ status: "live" });
  const ready = await api.app.inject("/health/ready");
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toMatchObject({
    status: "unavailable",
    database: "down",
    keys: "fresh",
    keysAge: null,
  });

  await server.restart();
  await vi.waitFor(async () => expect((await api.app.inject("/health/ready")).statusCode).toBe(200), 5_000);
  expect((await api.call("ada", "GET", "/tasks")).json().tasks).toMatchObject([{ id, title: "before" }]);
});

test("logs the cause of a 503, without the title of a task", async () => {
  await server.kill();
  api.logs.length = 0;
  await api.call("ada", "POST", "/tasks", { title: "a private matter" });
  await server.restart();
  const text = api.logs.join("");
  expect(text).toMatch(/ECONNREFUSED|CONNECTION_CLOSED|ECONNRESET|57P0/);
  expect(text).not.toContain("a private matter");
});

test("answers 503 at the deadline while the database hangs, and does not commit the request's write", async () => {
  const other = postgres(url, { max: 1 });
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const holding = other.begin(async (sql) => {
    await sql`lock table tasks in access exclusive mode`;
    locked.resolve();
    await release.promise;
  });
  await locked.promise;

  expectProblem(await api.call("slow", "POST", "/tasks", { title: "too late" }), 503, "service_unavailable");

  release.resolve();
  await holding;
  await other.end();
  await vi.waitFor(async () => {
    const answer = await api.call("slow", "GET", "/tasks");
    expect(answer.statusCode).toBe(200);
    expect(answer.json().tasks).toEqual([]);
  });
});

test("names a database that refuses connections or never answers at the start in one line, without the password", async () => {
  const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as { port: number };
  const start = () =>
    openDatabase({ url: `postgres://user:hidden@127.0.0.1:${port}/tasks`, folder: "unused" });

  await expect(start()).rejects.toThrow(
    `the database at 127.0.0.1:${port}/tasks does not answer (CONNECT_TIMEOUT): start it, or check DATABASE_URL`,
  );
  await new Promise((resolve) => silent.close(resolve));
  await expect(start()).rejects.toThrow(
    `the database at 127.0.0.1:${port}/tasks does not answer (ECONNREFUSED): start it, or check DATABASE_URL`,
  );
});
