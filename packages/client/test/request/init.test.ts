import { expect, test } from "vitest";
import * as fetching from "whatwg-fetch";
import { serverApi } from "../../src/server.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON, tokenOf } from "../support/tokens.ts";

const getToken = async () => tokenOf("a");
const now = () => NOON;

test("a Request may be the second argument, as for fetch", async () => {
  const api = await startServer();
  const init = () =>
    new Request("https://other.example/", { method: "POST", body: "Tea", headers: { "x-a": "1" } });
  const clients = [
    clientOf({ baseURL: api.url, getToken, now }),
    serverApi({ baseURL: api.url }).for(getToken),
  ];
  for (const client of clients) {
    await client("/tasks", init());
    await client(new Request(`${api.url}/tasks`), init());
  }
  expect(api.received.map(({ method, url, body, headers }) => [method, url, body, headers["x-a"]])).toEqual(
    Array(4).fill(["POST", "/tasks", "Tea", "1"]),
  );
});

test("a Request as the second argument decides neither on cookies nor on the cache", async () => {
  const sent: unknown[] = [];
  const fetch = async ({ cache, credentials }: Request) => {
    sent.push([cache, credentials]);
    return new Response();
  };
  const client = serverApi({ baseURL: "https://api.example.com", fetch }).for(getToken);
  await client("/tasks", new Request("https://other.example/"));
  await client("/tasks", new Request("https://other.example/", { cache: "reload", credentials: "include" }));
  expect(sent).toEqual([
    ["no-store", "omit"],
    ["reload", "include"],
  ]);
});

test("rejects a Request of another class as the second argument, whose members would be lost", async () => {
  const client = clientOf({ baseURL: "https://api.example.com", getToken, now });
  const foreign = new fetching.Request("https://api.example.com/", { method: "POST", body: "Tea" });
  await expect(client("/tasks", foreign)).rejects.toThrow("not of the global class Request");
});

test("headers are read once, when the call begins", async () => {
  const api = await startServer();
  const client = clientOf({ baseURL: api.url, getToken, now });
  const headers = new Headers({ "x-page": "1" });
  const calls = [client("/tasks", { headers })];
  headers.set("x-page", "2");
  calls.push(
    client("/tasks", { headers: headers.entries() as unknown as NonNullable<RequestInit["headers"]> }),
  );
  calls.push(
    client(new Request(`${api.url}/tasks`), {
      headers: headers.entries() as unknown as NonNullable<RequestInit["headers"]>,
    }),
  );
  await Promise.all(calls);
  expect(api.received.map((request) => request.headers["x-page"]).sort()).toEqual(["1", "2", "2"]);
});

test("the URL that is sent is checked, not the one that the Request says it has", async () => {
  const other = await startServer();
  const request = Object.defineProperty(new Request(other.url), "url", {
    value: "https://api.example.com/tasks",
  });
  const client = clientOf({ baseURL: "https://api.example.com", getToken, now });
  await expect(client(request)).rejects.toMatchObject({ code: "destination_refused" });
  expect(other.received).toEqual([]);
});
