import fc from "fast-check";
import { expect, test } from "vitest";
import { DestinationError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON, tokenOf } from "../support/tokens.ts";

const getToken = async () => tokenOf("a");
const now = () => NOON;

test.each([
  ["tasks", "/v1/tasks"],
  ["/tasks", "/v1/tasks"],
  ["./tasks/../people", "/v1/people"],
  ["?page=2", "/v1/?page=2"],
  ["", "/v1/"],
  ["tasks/a%2Fb", "/v1/tasks/a%2Fb"],
])("resolves %j to %s", async (input, expected) => {
  const api = await startServer();
  for (const baseURL of [`${api.url}/v1`, `${api.url}/v1/`, new URL(`${api.url}/v1/`)]) {
    await clientOf({ baseURL, getToken, now })(input);
  }
  expect(api.received.map(({ url }) => url)).toEqual([expected, expected, expected]);
});

test("sends absolute URLs and Requests below the base", async () => {
  const api = await startServer();
  const client = clientOf({ baseURL: `${api.url}/v1/`, getToken, now });

  await client(new URL(`${api.url}/v1/a`));
  await client(`${api.url}/v1/b`);
  await client(new Request(`${api.url}/v1/c`));

  expect(api.received.map(({ url }) => url)).toEqual(["/v1/a", "/v1/b", "/v1/c"]);
});

test.each([
  "//evil.example/tasks",
  "/\\evil.example/tasks",
  "\\\\evil.example/tasks",
  "/\t/evil.example/tasks",
  " //evil.example",
  "https://evil.example/",
  "https:\\\\evil.example",
  "http://127.0.0.1:1@evil.example/",
  "http://localhost:1/v1/tasks",
  "https://127.0.0.1:1/v1/tasks",
  "http://user:password@127.0.0.1:1/v1/tasks",
  "blob:http://127.0.0.1:1/0b2d6d5c",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "../admin",
  "/../admin",
  "%2e%2e/admin",
  "tasks/../../admin",
  "http://127.0.0.1:1/v1evil",
  "\\v1evil",
  "http://",
])("rejects %j before a token is fetched", async (input) => {
  let fetched = 0;
  const client = clientOf({
    baseURL: "http://127.0.0.1:1/v1/",
    getToken: async () => `${fetched++}`,
    fetch: async () => expect.fail("a request was sent"),
  });
  await expect(client(input)).rejects.toBeInstanceOf(DestinationError);
  expect(fetched).toBe(0);
});

test("rejects a Request to another origin", async () => {
  const other = await startServer();
  const client = clientOf({ baseURL: "https://api.example.com", getToken, now });
  await expect(client(new Request(other.url))).rejects.toMatchObject({ code: "destination_refused" });
  expect(other.received).toHaveLength(0);
});

test.each([
  "/v1",
  "api.example.com",
  "http://api.example.com",
  "http://localhost.example.com",
  "http://127.0.0.1.example.com",
  "http://0.0.0.0:3001",
  "ftp://api.example.com",
  "https://user@api.example.com",
  "https://api.example.com/?version=1",
  "https://api.example.com/#top",
])("rejects the baseURL %s", (baseURL) => {
  expect(() => clientOf({ baseURL, getToken })).toThrow(/^baseURL must/);
});

test.each([
  "https://api.example.com",
  "http://localhost:3001",
  "http://api.localhost",
  "http://127.0.0.2:3001/v1",
  "http://[::1]:3001",
])("accepts the baseURL %s", (baseURL) => {
  expect(() => clientOf({ baseURL, getToken })).not.toThrow();
});

test("rejects an Authorization header of the caller", async () => {
  const client = clientOf({ baseURL: "https://api.example.com", getToken, now });
  const headers = { AUTHORIZATION: "Basic c2VjcmV0" };
  await expect(client("tasks", { headers })).rejects.toThrow(/Authorization/);
  await expect(client(new Request("https://api.example.com/tasks", { headers }))).rejects.toThrow(
    /Authorization/,
  );
});

test("omits cookies and rejects redirects unless the caller asks for cookies or manual redirects", async () => {
  const modes: string[] = [];
  const client = clientOf({
    baseURL: "https://api.example.com",
    getToken,
    now,
    fetch: async ({ credentials, redirect }) => {
      modes.push(`${credentials} ${redirect}`);
      return new Response();
    },
  });

  await client("tasks");
  await client("tasks", { credentials: "include", redirect: "follow" });
  await client("tasks", { redirect: "manual" });
  await client(new Request("https://api.example.com/tasks"));
  await client(new Request("https://api.example.com/tasks", { credentials: "include", redirect: "manual" }));

  expect(modes).toEqual(["omit error", "include error", "omit manual", "omit error", "include manual"]);
});

test.each([301, 302, 303, 307, 308])("does not follow a redirect (%i) to another origin", async (status) => {
  const other = await startServer();
  const api = await startServer((_request, response) =>
    response.writeHead(status, { location: other.url }).end(),
  );
  const client = clientOf({ baseURL: api.url, getToken, now });

  await expect(client("tasks")).rejects.toThrow(TypeError);
  await expect(client("tasks", { redirect: "follow" })).rejects.toThrow(TypeError);
  await expect(client(new Request(`${api.url}/tasks`))).rejects.toThrow(TypeError);
  expect((await client("tasks", { redirect: "manual" })).status).toBe(status);
  expect(other.received).toHaveLength(0);
});

test("sends nothing outside the base, whatever the input", async () => {
  const other = await startServer();
  const api = await startServer((request, response) => {
    if (request.url.includes("away")) response.writeHead(307, { location: `${other.url}/caught` });
    response.end();
  });
  const client = clientOf({ baseURL: `${api.url}/v1/`, getToken, now });
  const hosts = [api.url, other.url].flatMap((url) => [
    url,
    url.slice("http:".length),
    url.slice("http://".length),
  ]);
  const piece = fc.constantFrom(
    ...hosts,
    ...[
      "http:",
      "https:",
      "blob:",
      "/",
      "//",
      "\\",
      "\t",
      "\n",
      " ",
      "@",
      ":",
      "?",
      "#",
      ".",
      "..",
      "%2e",
      "%2f",
    ],
    ...["localhost", "127.0.0.1", String(other.port), "v1", "away", "tasks", "user", "\u3002", "\0"],
  );
  const input = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.webUrl(),
    fc.string(),
  );

  await fc.assert(
    fc.asyncProperty(input, fc.boolean(), async (text, follow) => {
      await client(text, follow ? { redirect: "follow" } : undefined).then(
        (response) => response.text(),
        () => undefined,
      );
      expect(other.received).toEqual([]);
      expect(api.received.filter(({ url }) => !/^\/v1(\/|\?|$)/.test(url))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect(api.received.length).toBeGreaterThan(50);
});
