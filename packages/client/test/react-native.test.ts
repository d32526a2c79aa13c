import * as abort from "abort-controller";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as fetching from "whatwg-fetch";
import { clientOf } from "./support/client.ts";
import { NOON, tokenOf, tokensInTurn } from "./support/tokens.ts";

/** React Native's globals: the fetch and abort packages it is built with, no streams, no DOMException. */
beforeEach(() => {
  const { Request, Response, Headers } = fetching;
  const { AbortController, AbortSignal } = abort;
  const globals = { Request, Response, Headers, AbortController, AbortSignal };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  for (const name of ["ReadableStream", "DOMException"]) vi.stubGlobal(name, undefined);
});

afterEach(() => void vi.unstubAllGlobals());

/** A client whose first token is rejected, and the requests that it sent. */
function clientInReactNative() {
  const sent: string[] = [];
  const expired = {
    type: "urn:usher-auth:error:token_expired",
    title: "Expired",
    status: 401,
    code: "token_expired",
  };
  const client = clientOf({
    baseURL: "https://api.example.com/v1",
    now: () => NOON,
    ...tokensInTurn(tokenOf("a"), tokenOf("b")),
    async fetch(request) {
      sent.push(`${request.method} ${request.url} ${await request.clone().text()}`.trimEnd());
      if (request.headers.get("authorization") !== `Bearer ${tokenOf("a")}`) return new Response("ok");
      const headers = { "content-type": "application/problem+json" };
      return new Response(JSON.stringify(expired), { status: 401, headers });
    },
  });
  return { client, sent };
}

test("React Native: sends a request and retries it with a new token", async () => {
  const { client, sent } = clientInReactNative();
  expect(await (await client("/tasks", { method: "POST", body: "Tea" })).text()).toBe("ok");
  expect(sent).toEqual([
    "POST https://api.example.com/v1/tasks Tea",
    "POST https://api.example.com/v1/tasks Tea",
  ]);
});

test("React Native: sends and retries its own Request class", async () => {
  const { client, sent } = clientInReactNative();
  const request = new Request("https://api.example.com/v1/tasks", { method: "PUT", body: "Tea" });
  expect((await client(request)).status).toBe(200);
  expect(sent).toEqual([
    "PUT https://api.example.com/v1/tasks Tea",
    "PUT https://api.example.com/v1/tasks Tea",
  ]);
});

test("React Native: rejects with AbortError, before and during a call", async () => {
  const { client, sent } = clientInReactNative();
  const [before, during] = [new AbortController(), new AbortController()];
  before.abort();
  await expect(client("/tasks", { signal: before.signal })).rejects.toMatchObject({ name: "AbortError" });
  const call = client("/tasks", { signal: during.signal });
  during.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(sent).toEqual([]);
});

test("rejects a Request of another package's class instead of sending it as a GET", async () => {
  vi.unstubAllGlobals();
  const { client, sent } = clientInReactNative();
  const foreign = new fetching.Request("https://api.example.com/v1/tasks", { method: "POST", body: "Tea" });
  await expect(client(foreign)).rejects.toThrow("not of the global class Request");
  expect(sent).toEqual([]);
});
