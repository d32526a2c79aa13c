import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { createApiClient, SharedClientError } from "../src/index.ts";
import { belongsToOnePerson } from "../src/runtime.ts";
import { startServer } from "./support/server.ts";
import { NOON, tokenOf } from "./support/tokens.ts";

const now = () => NOON;

/** Who the request is from that a server is just answering, as frameworks tell it. */
const visitor = new AsyncLocalStorage<string>();
const getToken = async () => tokenOf(visitor.getStore() ?? "nobody");

describe("a client on a server", () => {
  test("at module level sends nobody's token for anybody: every call is refused, and nothing is fetched or sent", async () => {
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
    const answers = await Promise.allSettled([page("anna"), page("bert")]);

    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: "rejected",
        reason: { name: "SharedClientError", code: "client_shared" },
      });
    }
    expect(api.received).toEqual([]);
    expect(fetched).toBe(0);
  });

  test("the error says what to do, and is thrown by calls alone: a module that pages share with a server can be loaded", async () => {
    const client = createApiClient({ baseURL: "https://api.example.com", getToken });
    const error = await client("tasks").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SharedClientError);
    expect(String(error)).toContain("Make a client for each request, with singleUser: true");
  });

  test("made for each request, each user has their own token", async () => {
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

describe("whose a runtime is", () => {
  test.each([
    ["a page", { navigator: { product: "Gecko" }, document: {} }],
    ["a web worker or service worker, which has no document", { navigator: { product: "Gecko" } }],
    [
      "a page whose bundler imitates process",
      { navigator: { product: "Gecko" }, process: { versions: {}, browser: true } },
    ],
    ["a page with an element of the id Deno", { navigator: { product: "Gecko" }, Deno: {} }],
    ["React Native", { navigator: { product: "ReactNative" }, process: { env: {} } }],
    ["Electron's main process", { process: { versions: { node: "24.0.0", electron: "40.0.0" } } }],
    [
      "Electron's pages with Node",
      { navigator: { product: "Gecko" }, process: { versions: { node: "24", electron: "40" } } },
    ],
  ])("%s belongs to one person", (_name, globals) => {
    expect(belongsToOnePerson(globals)).toBe(true);
  });

  test.each([
    ["Node, this very one", undefined],
    [
      "Node with an imitated page",
      { navigator: { product: "Gecko" }, document: {}, process: { versions: { node: "24.0.0" } } },
    ],
    [
      "Deno 1 with an imitated page",
      { navigator: { product: "Gecko" }, Deno: { version: { deno: "1.46.3" } } },
    ],
    [
      "Bun with an imitated page",
      { navigator: { product: "Gecko" }, process: { versions: { node: "24", bun: "1.3" } } },
    ],
    ["Workers", { navigator: { userAgent: "Cloudflare-Workers" } }],
    ["a runtime that says nothing", {}],
  ])("%s does not", (_name, globals) => {
    expect(belongsToOnePerson(globals)).toBe(false);
  });
});
