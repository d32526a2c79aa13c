import * as abort from "abort-controller";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as fetching from "whatwg-fetch";
import { clientOf } from "./support/client.ts";
import { NOON, tokenOf, tokensInTurn } from "./support/tokens.ts";

/**
 * What React Native has in the place of a browser's: the packages that it is made with, no streams and no
 * DOMException.
 */
beforeEach(() => {
  const { Request, Response, Headers } = fetching;
  const { AbortController, AbortSignal } = abort;
  const globals = { Request, Response, Headers, AbortController, AbortSignal };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  for (const name of ["ReadableStream", "DOMException"]) vi.stubGlobal(name, undefined);
});

afterEach(() => void vi.unstubAllGlobals());

/** Refuses the first token, and notes what it was sent. */
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

test("React Native: a request is sent, and once more with a new token", async () => {
  const { client, sent } = clientInReactNative();
  expect(await (await client("/tasks", { method: "POST", body: "Tea" })).text()).toBe("ok");
  expect(sent).toEqual([
    "POST https://api.example.com/v1/tasks Tea",
    "POST https://api.example.com/v1/tasks Tea",
  ]);
});

test("React Native: a Request of its own, whose signal can less than a browser's", async () => {
  const { client, sent } = clientInReactNative();
  const request = new Request("https://api.example.com/v1/tasks", { method: "PUT", body: "Tea" });
  expect((await client(request)).status).toBe(200);
  expect(sent).toEqual([
    "PUT https://api.example.com/v1/tasks Tea",
    "PUT https://api.example.com/v1/tasks Tea",
  ]);
});

test("React Native: an aborted call rejects by an error, before and while it is under way", async () => {
  const { client, sent } = clientInReactNative();
  const [before, during] = [new AbortController(), new AbortController()];
  before.abort();
  await expect(client("/tasks", { signal: before.signal })).rejects.toMatchObject({ name: "AbortError" });
  const call = client("/tasks", { signal: during.signal });
  during.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(sent).toEqual([]);
});

test("a Request of another package's class is refused, and not sent as a GET of its name", async () => {
  vi.unstubAllGlobals();
  const { client, sent } = clientInReactNative();
  const foreign = new fetching.Request("https://api.example.com/v1/tasks", { method: "POST", body: "Tea" });
  await expect(client(foreign)).rejects.toThrow("not of the global class Request");
  expect(sent).toEqual([]);
});
