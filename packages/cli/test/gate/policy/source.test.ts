import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { setGlobalProxyFromEnv } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import type { PolicySource } from "../../../src/gate/policy/rule.ts";
import {
  loadPolicy,
  openPolicySource,
  type PolicyEvent,
  type PolicySettings,
} from "../../../src/gate/policy/source.ts";
import { type DocumentServer, documentServer, documentWith, says } from "./support/document-server.ts";
import { fileRule } from "./support/policy.ts";

const settings: PolicySettings = {
  openapi: undefined,
  rules: [],
  ownerParams: undefined,
  basePath: undefined,
  allowInsecureHosts: [],
};
const times = { interval: 20, fileInterval: 20, firstInterval: 20 };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function open(parts: Partial<PolicySettings>, more = {}): { source: PolicySource; events: PolicyEvent[] } {
  const events: PolicyEvent[] = [];
  const source = openPolicySource({ ...settings, ...parts }, (event) => events.push(event), {
    ...times,
    ...more,
  });
  cleanUps.push(source.close);
  return { source, events };
}

async function serve(respond: DocumentServer["respond"]): Promise<DocumentServer> {
  const server = await documentServer(respond);
  cleanUps.push(server.stop);
  return server;
}

const until = (check: () => unknown) => vi.waitFor(() => expect(check()).toBeTruthy(), { timeout: 10_000 });
const typesOf = (events: readonly PolicyEvent[]) => events.map(({ type }) => type);
const has = (source: PolicySource, ...segments: string[]) =>
  source.current()?.table.find("GET", segments) !== undefined;
/** The server has been asked as many times more. */
const asked = async (server: DocumentServer, times: number) => {
  const before = server.requests.length;
  await until(() => server.requests.length >= before + times);
};

test("without a document, the rules of the file are all", async () => {
  const { source, events } = open({ rules: [fileRule("GET /a")] });
  expect(typesOf(events)).toEqual(["loaded"]);
  await source.ready();
  expect(has(source, "a")).toBe(true);
  expect(source.status().failure).toBeUndefined();
});

test("a new document takes the place of the old one, and says what is different", async () => {
  const server = await serve(says(documentWith("/a", { security: [{ b: ["read"] }] })));
  const { source, events } = open({ openapi: server.url });
  await source.ready();
  expect([has(source, "a"), has(source, "b")]).toEqual([true, false]);
  server.respond = says(documentWith("/a", { security: [] }));
  await until(() => events.length === 2);
  expect(events[1]).toMatchObject({
    type: "changed",
    changes: {
      loosened: ["GET /a now requires nothing: it is public, and required a token, scope read."],
      others: [],
    },
  });
  // What guards nothing is no news.
  server.respond = says(documentWith("/a", { security: [], summary: "new" }));
  await asked(server, 3);
  expect(events).toHaveLength(2);
  // A document without paths is the operator's, too.
  server.respond = says('{"openapi":"3.0.3","paths":{}}');
  await until(() => events.length === 3);
  expect(has(source, "a")).toBe(false);
});

test("an unchanged document is not parsed again, and ETag saves its transfer", async () => {
  const server = await serve((request, response) => {
    if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end(documentWith("/a"));
  });
  const { source, events } = open({ openapi: server.url });
  await source.ready();
  await asked(server, 3);
  const [first, ...others] = server.requests.map(({ headers }) => headers["if-none-match"]);
  expect(first).toBeUndefined();
  expect(new Set(others)).toEqual(new Set(['"1"']));
  server.respond = says(documentWith("/a"));
  await asked(server, 3);
  expect(typesOf(events)).toEqual(["loaded"]);
});

test("the last good policy serves while the backend restarts", async () => {
  const server = await serve(says(documentWith("/a")));
  const { source, events } = open({ openapi: server.url });
  await source.ready();
  await server.stop();
  await until(() => events.length === 2);
  expect(events[1]).toMatchObject({ type: "failed", isServing: true });
  expect(source.status().failure).toMatch(/^Nothing answers at http:\/\/127\.0\.0\.1:\d+\/openapi\.json/);
  expect(has(source, "a")).toBe(true);
  server.respond = says(documentWith("/b"));
  await server.start();
  await until(() => events.length === 4);
  expect(typesOf(events)).toEqual(["loaded", "failed", "recovered", "changed"]);
  expect(source.status().failure).toBeUndefined();
  expect([has(source, "a"), has(source, "b")]).toEqual([false, true]);
});

test.each<[string, DocumentServer["respond"], RegExp]>([
  ["a 500", (_request, response) => response.writeHead(500).end("{}"), /answers 500/],
  [
    "a redirect",
    (_request, response) => response.writeHead(302, { location: "/x" }).end(),
    /redirects \(302\)/,
  ],
  ["a 304 that was not asked for", (_request, response) => response.writeHead(304).end(), /answers 304/],
  ["garbage", says("\u0000\u0001"), /not text/],
  ["a web page", says("<html></html>"), /is a web page/],
  ["text that is cut off", says('{"openapi":"3.1.0"'), /cannot be parsed/],
  ["another version", says('{"swagger":"2.0"}'), /Swagger 2\.0/],
  ["too deep nesting", says("[".repeat(300) + "]".repeat(300)), /no object|nested/],
  ["a path that cannot be judged", says(documentWith("/{id}/{id}")), /has the parameter "id" twice/],
  ["a connection that breaks", (_request, response) => response.socket?.destroy(), /Nothing answers/],
  [
    "a body that breaks",
    (_request, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.socket?.destroy(), 20);
    },
    /closed the connection/,
  ],
])("%s does not end what serves, and is reported once", async (_name, respond, reason) => {
  const good = says(documentWith("/a"));
  const server = await serve(good);
  const { source, events } = open({ openapi: server.url });
  await source.ready();
  server.respond = respond;
  await until(() => events.length === 2);
  await asked(server, 3);
  expect(events.slice(1)).toEqual([
    { type: "failed", isServing: true, reason: expect.stringMatching(reason) as string },
  ]);
  expect(has(source, "a")).toBe(true);
  server.respond = good;
  await until(() => events.length === 3);
  expect(events[2]).toEqual({ type: "recovered" });
});

test("a server that hangs does not end the reading", async () => {
  const hanging = (request: unknown) => void request;
  const server = await serve(hanging);
  const { source, events } = open({ openapi: server.url }, { timeout: 100 });
  await until(() => events.length === 1);
  expect(events[0]).toMatchObject({ type: "failed", isServing: false });
  expect(source.current()).toBeUndefined();
  await asked(server, 2);
  // It hangs in the middle of a body, too.
  server.respond = (_request, response) => response.writeHead(200).write("{");
  await asked(server, 2);
  server.respond = says(documentWith("/a"));
  await source.ready();
  expect(typesOf(events)).toEqual(["failed", "loaded"]);
});

test("before the first document there is no policy, and attempts are frequent", async () => {
  const server = await serve(says("no"));
  const { source } = open({ openapi: server.url }, { interval: 3_600_000, firstInterval: 10 });
  await asked(server, 3);
  expect(source.current()).toBeUndefined();
  expect(source.status().readAt).toBeUndefined();
  server.respond = says(documentWith("/a"));
  await source.ready();
  expect(source.status()).toEqual({ readAt: expect.any(Number) as number, failure: undefined });
});

test("other reasons are reported at most once a minute", async () => {
  const server = await serve(says("no"));
  const { source, events } = open({ openapi: server.url });
  await until(() => events.length === 1);
  const reasons = new Set<string | undefined>();
  for (const status of [500, 501, 502]) {
    server.respond = (_request, response) => response.writeHead(status).end();
    // The reason names the document's address too, whose port may contain these digits.
    await until(() => source.status().failure?.includes(`answers ${status}`));
    reasons.add(source.status().failure);
  }
  expect(reasons.size).toBe(3);
  expect(events).toHaveLength(1);
});

test("a listener that throws does not end the reading", async () => {
  const server = await serve(says(documentWith("/a")));
  const source = openPolicySource(
    { ...settings, openapi: server.url },
    () => {
      throw new Error("full disk");
    },
    times,
  );
  cleanUps.push(source.close);
  await source.ready();
  server.respond = says(documentWith("/b"));
  await until(() => has(source, "b"));
});

test("close ends the attempt and leaves no timer", async () => {
  const server = await serve((request) => void request);
  const { source, events } = open({ openapi: server.url }, { timeout: 600_000 });
  await until(() => server.requests.length === 1);
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const aborted = new Promise((resolve) => server.requests[0]?.once("close", resolve));
  source.close();
  await aborted;
  expect(timers()).toBeLessThanOrEqual(before);
  expect(events).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test("a file is read again when it is written, replaced or restored", async () => {
  const folder = await mkdtemp(join(tmpdir(), "usher-gate-"));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "openapi.json");
  await writeFile(path, documentWith("/a"));
  const { source, events } = open({ openapi: path });
  await source.ready();
  await writeFile(join(folder, "next"), documentWith("/b"));
  await rename(join(folder, "next"), path);
  await until(() => has(source, "b"));
  // Half of a file, as a slow writer leaves it.
  const text = documentWith("/c");
  await writeFile(path, text.slice(0, 20));
  await until(() => source.status().failure);
  expect(has(source, "b")).toBe(true);
  await appendFile(path, text.slice(20));
  await until(() => has(source, "c"));
  await rm(path);
  await until(() => source.status().failure?.includes("ENOENT"));
  expect(has(source, "c")).toBe(true);
  await writeFile(path, text);
  await until(() => source.status().failure === undefined);
  expect(typesOf(events)).toEqual([
    ...["loaded", "changed", "failed", "recovered", "changed", "failed", "recovered"],
  ]);
});

test("plain http is for this machine and for hosts that are allowed", () => {
  const openapi = "http://api:8000/openapi.json";
  expect(() => open({ openapi })).toThrow(CannotRun);
  expect(() => open({ openapi })).toThrow("openapi must be https, or http on this machine");
  expect(() => open({ openapi, allowInsecureHosts: ["api"] })).not.toThrow();
  expect(() => open({ openapi: "https://user:pw@api.example.com/" })).toThrow("must not contain credentials");
});

test("faults of the file's own rules are said before there is a document", async () => {
  const server = await serve(says("no"));
  const ownerParams = new Map([["user_id", "sub"]]);
  const rules = [fileRule("GET /{userId}")];
  expect(() => open({ openapi: server.url, rules, ownerParams })).toThrow('"userId" is not checked');
});

test("loadPolicy reads the document once, or says why it cannot", async () => {
  const server = await serve(says(documentWith("/a")));
  const policy = await loadPolicy({ ...settings, openapi: server.url });
  expect(policy.table.rules).toHaveLength(1);
  server.respond = says("no");
  await expect(loadPolicy({ ...settings, openapi: server.url })).rejects.toThrow(CannotRun);
  expect((await loadPolicy({ ...settings, rules: [fileRule("GET /a")] })).table.rules).toHaveLength(1);
});

test("no proxy is asked for a document over plain http, whatever the environment says", async () => {
  const backend = await serve(says(documentWith("/a")));
  const proxy = await serve(says(documentWith("/of-the-proxy")));
  const { origin } = new URL(proxy.url);
  cleanUps.push(setGlobalProxyFromEnv({ HTTP_PROXY: origin, http_proxy: origin }));
  const policy = await loadPolicy({ ...settings, openapi: backend.url });
  expect(policy.table.rules.map(({ template }) => template)).toEqual(["/a"]);
  expect(backend.requests).toHaveLength(1);
});
