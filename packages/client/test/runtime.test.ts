import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createApiClient, SharedClientError } from "../src/index.ts";
import { isBrowser, isSingleUserRuntime } from "../src/runtime.ts";
import { startServer } from "./support/server.ts";
import { NOON, tokenOf } from "./support/tokens.ts";

const now = () => NOON;

/** The user of the request that the server is handling. */
const visitor = new AsyncLocalStorage<string>();
const getToken = async () => tokenOf(visitor.getStore() ?? "unknown");

describe("a client on a server", () => {
  test("at module level rejects every call, fetches no token and sends no request", async () => {
    const api = await startServer();
    let fetched = 0;
    const client = createApiClient({
      baseURL: api.url,
      now,
      getToken: () => {
        fetched += 1;
        return getToken();
      },
    });

    const page = (name: string) => visitor.run(name, () => client(`${name}/tasks`));
    const results = await Promise.allSettled([page("anna"), page("bert")]);

    for (const result of results) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { name: "SharedClientError", code: "client_shared" },
      });
    }
    expect(api.received).toEqual([]);
    expect(fetched).toBe(0);
  });

  test("can be created at module level; its calls throw an error that says how to fix it", async () => {
    const client = createApiClient({ baseURL: "https://api.example.com", getToken });
    const error = await client("tasks").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SharedClientError);
    expect(String(error)).toContain("On a server, use serverApi of @usher-auth/client/server");
  });

  test("sends each user's own token when it is made for each request", async () => {
    const api = await startServer();
    const page = (name: string) =>
      visitor.run(name, async () => {
        const client = createApiClient({ baseURL: api.url, now, getToken, singleUser: true });
        await client(`${name}/tasks`);
        await client(`${name}/lists`);
      });
    await Promise.all([page("anna"), page("bert")]);

    const sent = api.received.map(({ url, headers }) => [url.split("/")[1], headers.authorization]);
    expect(sent.sort()).toEqual([
      ["anna", `Bearer ${tokenOf("anna")}`],
      ["anna", `Bearer ${tokenOf("anna")}`],
      ["bert", `Bearer ${tokenOf("bert")}`],
      ["bert", `Bearer ${tokenOf("bert")}`],
    ]);
  });
});

test("a Node process ends by itself after its calls, with a client that nothing closed", async () => {
  const api = await startServer();
  const program = `
    import { createApiClient } from "@usher-auth/client";
    const getToken = Object.assign(async () => "token", { onSessionChange: () => () => {} });
    const api = createApiClient({ baseURL: process.argv[1], getToken, singleUser: true });
    console.log((await api("tasks")).status);
    api.refresh();
    api.clearToken();
    console.log((await api("tasks")).status);
  `;
  const flags = ["--conditions=@usher-auth/source", "--input-type=module", "--eval", program, api.url];
  const { stdout } = await promisify(execFile)(process.execPath, flags, {
    cwd: import.meta.dirname,
    timeout: 20_000,
  });
  expect(stdout).toBe("200\n200\n");
});

describe("isSingleUserRuntime", () => {
  test.each([
    ["a page", { navigator: { product: "Gecko" }, document: {} }],
    ["a web worker or service worker, which has no document", { navigator: { product: "Gecko" } }],
    [
      "a page whose bundler polyfills process",
      { navigator: { product: "Gecko" }, process: { versions: {}, browser: true } },
    ],
    ["a page with an element of the id Deno", { navigator: { product: "Gecko" }, Deno: {} }],
    ["React Native", { navigator: { product: "ReactNative" }, process: { env: {} } }],
    ["Electron's main process", { process: { versions: { node: "24.0.0", electron: "40.0.0" } } }],
    [
      "Electron's pages with Node",
      { navigator: { product: "Gecko" }, process: { versions: { node: "24", electron: "40" } } },
    ],
  ])("is true in %s", (_name, globals) => {
    expect(isSingleUserRuntime(globals)).toBe(true);
  });

  test.each([
    ["this Node process", undefined],
    [
      "Node with a polyfilled page",
      { navigator: { product: "Gecko" }, document: {}, process: { versions: { node: "24.0.0" } } },
    ],
    [
      "Deno 1 with a polyfilled page",
      { navigator: { product: "Gecko" }, Deno: { version: { deno: "1.46.3" } } },
    ],
    [
      "Bun with a polyfilled page",
      { navigator: { product: "Gecko" }, process: { versions: { node: "24", bun: "1.3" } } },
    ],
    ["Workers", { navigator: { userAgent: "Cloudflare-Workers" } }],
    ["an unknown runtime", {}],
  ])("is false in %s", (_name, globals) => {
    expect(isSingleUserRuntime(globals)).toBe(false);
  });
});

describe("isBrowser", () => {
  test.each([
    ["a page or a worker", { navigator: { product: "Gecko" } }, true],
    [
      "Electron's pages with Node",
      { navigator: { product: "Gecko" }, process: { versions: { node: "24", electron: "40" } } },
      true,
    ],
    [
      "Electron's main process",
      { navigator: {}, process: { versions: { node: "24", electron: "40" } } },
      false,
    ],
    ["React Native", { navigator: { product: "ReactNative" } }, false],
    ["jsdom in Node", { navigator: { product: "Gecko" }, process: { versions: { node: "24" } } }, false],
  ])("%s", (_name, globals, expected) => {
    expect(isBrowser(globals)).toBe(expected);
  });
});
