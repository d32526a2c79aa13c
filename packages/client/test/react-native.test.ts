import * as abort from "abort-controller";
import { describe, expect, test, vi } from "vitest";
import * as fetching from "whatwg-fetch";
import { DestinationError, readProblem, SignedOutError } from "../src/index.ts";
import { clientOf } from "./support/client.ts";
import { stubReactNative } from "./support/react-native/globals.ts";
import { rejectingWith, startServer, type TestServer } from "./support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "./support/tokens.ts";

const now = () => NOON;

/** An API that rejects the first token. */
const startApi = () => startServer(rejectingWith("token_expired", (token) => token === tokenOf("a")));

const sentTo = (api: TestServer) =>
  api.received.map(({ method, url, body }) => `${method} ${url} ${body}`.trim());

describe.each(["React Native", "Expo"] as const)("with the globals of %s", (environment) => {
  function clientIn(api: TestServer, ...tokens: (string | null)[]) {
    stubReactNative(environment);
    const source = tokensInTurn(...tokens);
    const client = clientOf({ baseURL: `${api.url}/v1`, now, getToken: source.getToken });
    return { client, source };
  }

  test("fetches one token for all calls and sends it", async () => {
    const api = await startServer();
    const { client, source } = clientIn(api, tokenOf("b"));
    await Promise.all([client("/tasks"), client("tasks?page=2"), client(`${api.url}/v1/people`)]);
    expect((await client("/tasks")).status).toBe(200);
    expect(source.calls).toBe(1);
    expect(api.tokens()).toEqual(Array(4).fill(tokenOf("b")));
  });

  test("retries with a new token, and keeps method, body and headers", async () => {
    const api = await startApi();
    const { client } = clientIn(api, tokenOf("a"), tokenOf("b"));
    const headers = { "content-type": "application/json", "x-request": "1" };
    const response = await client("/tasks", { method: "POST", body: '{"title":"Tea"}', headers });
    expect(await response.text()).toBe("ok");
    expect(sentTo(api)).toEqual(Array(2).fill('POST /v1/tasks {"title":"Tea"}'));
    expect(api.received[1]?.headers).toMatchObject(headers);
    expect(api.tokens()).toEqual([tokenOf("a"), tokenOf("b")]);
  });

  test("sends and retries its own Request class", async () => {
    const api = await startApi();
    const { client } = clientIn(api, tokenOf("a"), tokenOf("b"));
    const request = new Request(`${api.url}/v1/tasks`, { method: "PUT", body: "Tea" });
    expect((await client(request)).status).toBe(200);
    expect(sentTo(api)).toEqual(Array(2).fill("PUT /v1/tasks Tea"));
  });

  test("sends a Request to the URL that was checked, not to its text", async () => {
    const api = await startServer();
    const { client } = clientIn(api, tokenOf("b"));
    await client(new Request("/tasks/zoë"));
    expect(sentTo(api)).toEqual(["GET /v1/tasks/zo%C3%AB"]);
  });

  test("uploads a form, also again with a new token", async () => {
    const api = await startApi();
    const { client } = clientIn(api, tokenOf("a"), tokenOf("b"));
    const form = new FormData();
    form.append("title", "Tea");
    expect((await client("/photos", { method: "POST", body: form })).status).toBe(200);
    expect(api.received.map(({ headers }) => headers["content-type"])).toEqual(
      Array(2).fill(expect.stringMatching(/^multipart\/form-data; ?boundary=/)),
    );
    expect(api.received[1]?.body).toContain('name="title"\r\n\r\nTea');
  });

  test("rejects with AbortError, before and during a call", async () => {
    const api = await startServer((_request, _response) => {});
    const { client } = clientIn(api, tokenOf("b"));
    const [before, during] = [new AbortController(), new AbortController()];
    before.abort();
    await expect(client("/tasks", { signal: before.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(api.received).toEqual([]);
    const call = client("/tasks", { signal: during.signal });
    await vi.waitFor(() => expect(api.received).toHaveLength(1));
    during.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  test("reads why a response was rejected, and leaves its body", async () => {
    const api = await startServer(rejectingWith("scope_insufficient", () => true, { scope: "tasks:write" }));
    const { client } = clientIn(api, tokenOf("b"));
    const response = await client("/tasks");
    expect(await readProblem(response)).toMatchObject({
      code: "scope_insufficient",
      scopes: ["tasks:write"],
    });
    expect(await response.json()).toMatchObject({ code: "scope_insufficient" });
  });

  test("asks for a recent sign-in and repeats the request", async () => {
    const api = await startServer(
      rejectingWith("reauthentication_required", (token) => token === tokenOf("a"), { max_age: 300 }),
    );
    stubReactNative(environment);
    const asked: unknown[] = [];
    const client = clientOf({
      baseURL: api.url,
      now,
      getToken: tokensInTurn(tokenOf("a"), tokenOf("b")).getToken,
      onReauthenticationRequired: async (event) => asked.push(event) > 0,
    });
    expect((await client("/account", { method: "DELETE" })).status).toBe(200);
    expect(asked).toEqual([{ maxAge: 300 }]);
  });

  test("without a token, throws SignedOutError and sends nothing", async () => {
    const api = await startServer();
    const { client } = clientIn(api, null);
    await expect(client("/tasks")).rejects.toBeInstanceOf(SignedOutError);
    expect(api.received).toEqual([]);
  });

  test.each([
    "//other.example/tasks",
    "/\\other.example/tasks",
    "/\t/other.example/tasks",
    "https://other.example/",
    "http://127.0.0.1:1@other.example/",
    "http://127.0.0.1:1/v1/../admin",
    "http://127.0.0.1:1/v1/%2e%2e/admin",
    "http://127.0.0.1:1\\@other.example/v1/",
    "../admin",
    "tasks/../../admin",
  ])("rejects %j, as a text and as a Request", async (input) => {
    stubReactNative(environment);
    const client = clientOf({
      baseURL: "http://127.0.0.1:1/v1",
      getToken: async () => expect.fail("a token was fetched"),
    });
    await expect(client(input)).rejects.toBeInstanceOf(DestinationError);
    await expect(client(new Request(input))).rejects.toBeInstanceOf(DestinationError);
  });

  test.each(["http://api.example.com", "api.example.com", "https://user@api.example.com", "https://a/?b=1"])(
    "rejects the baseURL %s",
    (baseURL) => {
      stubReactNative(environment);
      expect(() => clientOf({ baseURL, getToken: async () => null })).toThrow(/^baseURL must/);
    },
  );

  test("uses no response of another origin that the API redirected to", async () => {
    const other = await startServer();
    const api = await startServer((_request, response) =>
      response.writeHead(307, { location: `${other.url}/v1/tasks` }).end(),
    );
    const { client } = clientIn(api, tokenOf("b"));
    await expect(client("/tasks")).rejects.toThrow(TypeError);
    await expect(client(new Request(`${api.url}/v1/tasks`))).rejects.toThrow(TypeError);
    // React Native's fetch cannot be told not to follow it. Its network layer removes the token.
    const followed = environment === "Expo" ? [] : [undefined, undefined];
    expect(other.tokens()).toEqual(followed);
  });
});

test("runs with the AbortController of older React Native versions, which has no reasons", async () => {
  stubReactNative("React Native");
  vi.stubGlobal("AbortController", abort.AbortController);
  vi.stubGlobal("AbortSignal", abort.AbortSignal);
  const client = clientOf({ baseURL: "https://api.example.com", now, getToken: async () => tokenOf("a") });
  const controller = new AbortController();
  const call = client("/tasks", { signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});

test("rejects a Request of another package's class instead of sending it as a GET", async () => {
  const client = clientOf({
    baseURL: "https://api.example.com/v1",
    now,
    getToken: async () => tokenOf("a"),
    fetch: async () => expect.fail("a request was sent"),
  });
  const foreign = new fetching.Request("https://api.example.com/v1/tasks", { method: "POST", body: "Tea" });
  await expect(client(foreign)).rejects.toThrow("not of the global class Request");
});
