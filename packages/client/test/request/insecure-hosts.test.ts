import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { apiProxy, serverApi } from "../../src/server.ts";
import { clientOf } from "../support/client.ts";
import { stubReactNative } from "../support/react-native/globals.ts";

interface HostVector {
  readonly name: string;
  readonly url: string;
  readonly allowInsecureHosts: readonly string[];
  readonly mayRefuse?: true;
  readonly refuses?: "url" | "allowInsecureHosts";
}

const table = new URL("../../../../conformance/hosts.json", import.meta.url);
const { vectors, wording } = JSON.parse(readFileSync(table, "utf8")) as {
  readonly vectors: readonly HostVector[];
  readonly wording: Readonly<Record<"url" | "list" | "entry", string>>;
};

const getToken = async () => "token";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe.each([
  [
    "createApiClient",
    (options: { baseURL: string; allowInsecureHosts: readonly string[] }) =>
      clientOf({ ...options, getToken }),
  ],
  ["serverApi", serverApi],
  [
    "apiProxy",
    (options: { baseURL: string; allowInsecureHosts: readonly string[] }) =>
      apiProxy({ ...options, getToken }),
  ],
] as const)("%s", (_name, create) => {
  test.each(vectors)("$name", ({ url, allowInsecureHosts, refuses }) => {
    // A baseURL may have no user name, query or fragment: those vectors are refused for either reason.
    const construct = () => create({ baseURL: url, allowInsecureHosts });
    if (refuses === undefined) expect(construct).not.toThrow();
    else if (refuses === "url") expect(construct).toThrow(/^baseURL must be/);
    else expect(construct).toThrow(wording[Array.isArray(allowInsecureHosts) ? "entry" : "list"]);
  });
});

// Their parsers of URLs may refuse more than the URL standard's, and must accept nothing that it refuses.
describe.each(["React Native", "Expo"] as const)("with the globals of %s", (environment) => {
  test.each(vectors)("$name", ({ url, allowInsecureHosts, mayRefuse, refuses }) => {
    stubReactNative(environment);
    const construct = () => clientOf({ baseURL: url, allowInsecureHosts, getToken });
    if (refuses !== undefined) expect(construct).toThrow(TypeError);
    else if (mayRefuse === undefined) expect(construct).not.toThrow();
  });
});

test("the message says how to allow a host, and why http is refused", () => {
  expect(() => clientOf({ baseURL: "http://api:3001", getToken })).toThrow(
    `baseURL must be https, ${wording.url}: over http, others on the network can read the token`,
  );
});

test("a request to another scheme, port or host is not sent, although its host is allowed", async () => {
  const sent: string[] = [];
  const client = clientOf({
    baseURL: "http://api:3001",
    allowInsecureHosts: ["api", "web"],
    getToken,
    fetch: async ({ url }) => {
      sent.push(url);
      return new Response();
    },
  });
  await client("/tasks");
  for (const url of ["http://web:3001/tasks", "http://api/tasks", "https://api:3001/tasks"])
    await expect(client(url)).rejects.toMatchObject({ code: "destination_refused" });
  expect(sent).toEqual(["http://api:3001/tasks"]);
});

describe("in production", () => {
  const baseURL = (host: string) => ({ baseURL: `http://${host}/`, allowInsecureHosts: [host] });

  test("a server gets one process warning for each host", () => {
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    serverApi(baseURL("development"));
    vi.stubEnv("NODE_ENV", "production");
    for (const host of ["one", "two", "one"]) serverApi(baseURL(host));
    serverApi({ baseURL: "https://three", allowInsecureHosts: ["three"] });
    serverApi({ baseURL: "http://localhost", allowInsecureHosts: ["localhost"] });
    expect(warnings.mock.calls.map(([message, details]) => [message, details])).toEqual(
      ["one", "two"].map((host) => [
        `@usher-auth/client: http to ${host}, a host in allowInsecureHosts: others on the network can ` +
          "read the tokens",
        { type: "UsherWarning", code: "USHER_INSECURE_HOST" },
      ]),
    );
  });

  test("a browser gets none, although a bundler defines process", () => {
    const emitWarning = vi.fn();
    vi.stubGlobal("navigator", { product: "Gecko" });
    vi.stubGlobal("process", { env: { NODE_ENV: "production" }, emitWarning });
    clientOf({ ...baseURL("browser"), getToken });
    vi.stubGlobal("process", undefined);
    clientOf({ ...baseURL("browser"), getToken });
    expect(emitWarning).not.toHaveBeenCalled();
  });

  test("a host without process, or without the permission to read its environment, can use the client", () => {
    vi.stubGlobal("process", undefined);
    serverApi(baseURL("workers"));
    const emitWarning = vi.fn();
    const env = new Proxy(
      {},
      {
        get: () => {
          throw new Error("NotCapable");
        },
      },
    );
    vi.stubGlobal("process", { env, emitWarning });
    serverApi(baseURL("deno"));
    expect(emitWarning).toHaveBeenCalledOnce();
  });
});
