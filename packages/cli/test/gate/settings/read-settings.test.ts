import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { type SettingsFlags, settingsFlags } from "../../../src/gate/settings/flags.ts";
import { readSettings } from "../../../src/gate/settings/read-settings.ts";
import type { Settings } from "../../../src/gate/settings/settings.ts";

/** Reads settings from a file of this text. */
function read(text: string | undefined, flags: SettingsFlags = {}, environment = {}): Promise<Settings> {
  const config = text === undefined ? {} : { config: "deploy/usher.gate.yaml" };
  return readSettings({ ...config, ...flags }, environment, () => Promise.resolve(text ?? ""));
}

async function faults(...parameters: Parameters<typeof read>): Promise<string[]> {
  try {
    await read(...parameters);
  } catch (error) {
    expect(error).toBeInstanceOf(CannotRun);
    return (error as CannotRun).message.split("\n");
  }
  throw new Error("it was accepted");
}

const openapi = "openapi.json";
const routes = 'routes: [{ path: "/health", access: public }]';

test("defaults", async () => {
  expect(await read(undefined, { openapi })).toEqual({
    host: "127.0.0.1",
    port: 8080,
    upstream: undefined,
    openapi,
    basePath: undefined,
    rules: [],
    ownerParams: undefined,
    cors: [],
    trustedProxies: [],
    allowInsecureHosts: [],
    timeout: 60_000,
    idleTimeout: 300_000,
    maxRequestBytes: undefined,
    metricsPort: undefined,
    revocations: "none",
  });
});

test("a whole file", async () => {
  const settings = await read(`
upstream: http://api:8000
openapi: http://api:8000/openapi.json
basePath: /api/
ownerParams: { user_id: sub, org_id: org }
cors: [https://app.example.com]
trustedProxies: [127.0.0.1, 10.0.0.0/8]
allowInsecureHosts: [API]
host: 0.0.0.0
port: 0
timeout: 2.5
idleTimeout: 10
metricsPort: 9464
maxRequestBytes: 0
revocations: memory
routes:
  - { path: /health, methods: [GET, POST], access: public }
  - path: /orgs/{org_id}/{x}
    owners: { x: sub }
    scopes: [a, b]
    claims: { role: admin, level: [1, true] }
  - { path: "/{rest...}", scopes: [[a], [b, c]] }
`);
  const { upstream, rules, ...others } = settings;
  expect(upstream?.href).toBe("http://api:8000/");
  expect(others).toEqual({
    openapi: "http://api:8000/openapi.json",
    basePath: "/api",
    ownerParams: new Map([
      ["user_id", "sub"],
      ["org_id", "org"],
    ]),
    cors: ["https://app.example.com"],
    trustedProxies: ["127.0.0.1", "10.0.0.0/8"],
    allowInsecureHosts: ["api"],
    host: "0.0.0.0",
    port: 0,
    timeout: 2500,
    idleTimeout: 10_000,
    metricsPort: 9464,
    maxRequestBytes: 0,
    revocations: "memory",
  });
  const health = { template: "/health", access: "public", source: "file", scopes: [], claims: new Map() };
  expect(rules).toEqual([
    { ...health, method: "GET", owners: undefined },
    { ...health, method: "POST", owners: undefined },
    {
      method: "*",
      template: "/orgs/{org_id}/{x}",
      access: "required",
      owners: new Map([["x", "sub"]]),
      scopes: [["a", "b"]],
      claims: new Map<string, unknown>([
        ["role", ["admin"]],
        ["level", [1, true]],
      ]),
      source: "file",
    },
    {
      ...{ method: "*", template: "/{rest...}", access: "required", owners: undefined },
      ...{ scopes: [["a"], ["b", "c"]], claims: new Map(), source: "file" },
    },
  ]);
});

test("flags win over the file", async () => {
  const text = `
upstream: http://127.0.0.1:1
openapi: other.json
basePath: /other
ownerParams: none
cors: false
trustedProxies: [10.0.0.1]
host: 0.0.0.0
port: 1
timeout: 1
idleTimeout: 1
maxRequestBytes: 1
revocations: none
`;
  const settings = await read(text, {
    upstream: "https://api.example.com",
    openapi,
    "base-path": "/",
    "owner-param": "user_id, org_id=org",
    "cors-origin": "https://a.example.com,https://b.example.com",
    "trusted-proxy": "::1",
    host: "::",
    port: "2",
    timeout: "2.5",
    "idle-timeout": "3",
    "metrics-port": "0",
    "max-request-bytes": "4",
    revocations: "memory",
  });
  expect({ ...settings, upstream: settings.upstream?.href }).toEqual({
    upstream: "https://api.example.com/",
    openapi,
    basePath: "",
    rules: [],
    ownerParams: new Map([
      ["user_id", "sub"],
      ["org_id", "org"],
    ]),
    cors: ["https://a.example.com", "https://b.example.com"],
    trustedProxies: ["::1"],
    allowInsecureHosts: [],
    host: "::",
    port: 2,
    timeout: 2500,
    idleTimeout: 3000,
    metricsPort: 0,
    maxRequestBytes: 4,
    revocations: "memory",
  });
});

test("a document in a file is relative to the settings file, by a flag to the folder", async () => {
  expect((await read("openapi: docs/openapi.json")).openapi).toBe(resolve("deploy/docs/openapi.json"));
  expect((await read("openapi: /a/openapi.json")).openapi).toBe("/a/openapi.json");
  expect((await read("", { openapi: "docs/openapi.json" })).openapi).toBe("docs/openapi.json");
});

test("words that are not values", async () => {
  expect((await read(undefined, { openapi, "owner-param": "none" })).ownerParams).toBeNull();
  expect((await read(undefined, { openapi, "cors-origin": "none" })).cors).toBe(false);
  expect((await read(`ownerParams: none\n${routes}`)).ownerParams).toBeNull();
  expect((await read(`cors: false\n${routes}`)).cors).toBe(false);
});

test("what the environment says", async () => {
  const environment = {
    BETTER_AUTH_URL: "https://App.example.com:443/api/auth/",
    USHER_ALLOW_INSECURE_HOSTS: "api, web",
    REVOCATIONS_DATABASE_URL: "postgres://localhost/x",
  };
  expect(await read(`allowInsecureHosts: [other]\n${routes}`, {}, environment)).toMatchObject({
    cors: ["https://app.example.com"],
    allowInsecureHosts: ["api", "web", "other"],
    revocations: "postgres",
  });
  expect((await read(`cors: []\n${routes}`, {}, environment)).cors).toEqual([]);
  expect((await read(`revocations: none\n${routes}`, {}, environment)).revocations).toBe("none");
});

test("everything that is wrong is said at once, by line and path, and no value is repeated", async () => {
  const text = `
upstream: http://root:hunter2@api/x?y
openapi: https://root:hunter2@api/
basePath: hunter2
ownerParams: {}
trustedProxies: [1.2.3]
allowInsecureHosts: [http://hunter2]
host: hunter2 hunter2
routes:
  - { path: hunter2, methods: [get], scopes: [hunter2 x] }
  - { path: "/a/{x}", methods: [TRACE], owners: { y: sub } }
  - { path: /b, access: public, claims: { role: admin } }
  - { path: /b, methods: [GET, GET] }
`;
  const said = await faults(
    text,
    { port: "65536", timeout: "1e3", revocations: "postgres" },
    { BETTER_AUTH_URL: "x" },
  );
  const line = (rest: string) => expect.stringMatching(`^deploy/usher.gate.yaml, line ${rest}`) as string;
  expect(said).toEqual([
    expect.stringMatching(/^allowInsecureHosts .*: entry 1 must be an exact host name/),
    line("8, host: must be an address"),
    "--port must be a whole number from 0 to 65535.",
    line("2, upstream: must not contain credentials"),
    line("2, upstream: must have no path and no query"),
    line("2, upstream: must be https, or http on this machine"),
    "The document's address must not contain credentials.",
    line("4, basePath: must be a path"),
    line("10, routes.0..path: it does not begin with a slash"),
    line("10, routes.0..methods.0.: a method in upper case"),
    line("10, routes.0..scopes: name the scopes one by one"),
    line("11, routes.1..methods.0.: the gate never passes TRACE and CONNECT on"),
    line("11, routes.1..owners.y: the path has no such parameter"),
    line("12, routes.2..claims: only for `access: required`, and this is public"),
    line("13, routes.3..methods.1.: another route has the same path and method"),
    "ownerParams must name a parameter and its claim, as in { user_id: sub }. For no owner: none.",
    "BETTER_AUTH_URL must be an http or https address, such as https://app.example.com.",
    "--timeout must be a number from 0.1 to 86400.",
    "REVOCATIONS_DATABASE_URL is not set. Set it to the database of the revocations.",
    '"1.2.3" is not an address of a proxy. Write an IP address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8.',
  ]);
  expect(said.join("\n")).not.toContain("hunter2");
});

test.each([
  ["http://127.0.0.1:8080", undefined, true],
  ["http://localhost:8080", undefined, true],
  ["http://[::1]:8080", "::1", true],
  ["http://[::1]:8080", "127.0.0.1", false],
  ["http://127.0.0.1:8080", "0.0.0.0", true],
  ["http://127.0.0.1:8000", undefined, false],
  ["https://localhost:8080", undefined, false],
  ["http://api:8080", "0.0.0.0", false],
])("a backend at %s and a gate on %s: the same address? %s", async (upstream, host, isSame) => {
  const flags = { openapi, upstream, ...(host !== undefined && { host }) };
  const environment = { BETTER_AUTH_URL: "https://app.example.com", USHER_ALLOW_INSECURE_HOSTS: "api" };
  const said = await read(undefined, flags, environment).then(
    () => "",
    (error: unknown) => String(error),
  );
  expect(said.includes("The gate would listen on port 8080, the backend's.")).toBe(isSame);
});

test("what has another form is said by line and path, with the setting that may be meant", async () => {
  const text = `
upstrem: http://127.0.0.1
port: hunter2
timeout: 0
host: [hunter2]
revocations: hunter2
cors: true
routes:
  - { path: 1, access: hunter2, scope: [x], claims: { role: { a: 1 } } }
  - 7
"hunter2 hunter2": x
`;
  const file = "deploy/usher.gate.yaml, line";
  expect(await faults(text)).toEqual([
    `${file} 9, routes[0].path: expected string, received number.`,
    `${file} 9, routes[0].access: expected one of "public"|"optional"|"required"|"denied".`,
    `${file} 9, routes[0].claims.role: expected string or number or boolean or array.`,
    `${file} 9, routes[0].scope: there is no such setting. Did you mean scopes?`,
    `${file} 10, routes[1]: expected object, received number.`,
    `${file} 7, cors: expected false or array.`,
    `${file} 5, host: expected string, received array.`,
    `${file} 3, port: expected number, received string.`,
    `${file} 4, timeout: Too small: expected number to be >=0.1.`,
    `${file} 6, revocations: expected one of "postgres"|"memory"|"none".`,
    `${file} 2, upstrem: there is no such setting. Did you mean upstream?`,
    `${file} 11, …: there is no such setting.`,
  ]);
});

test("what is no YAML is said by its place", async () => {
  const [said, ...others] = await faults("port: 1\nroutes: [{ path: /users/{user_id} }]");
  expect(said).toBe(
    'deploy/usher.gate.yaml, line 2, column 25: not valid YAML (UNEXPECTED_TOKEN). Inside { }, a path with parameters needs quotes: { path: "/users/{user_id}" }.',
  );
  expect(others).toEqual([]);
  expect(await faults("port: 1\n---\nport: 2")).toEqual([
    expect.stringContaining("line 2, column 1: not valid YAML (MULTIPLE_DOCS)"),
  ]);
  expect(await faults("port: 1\nport: 2")).toEqual([
    expect.stringContaining("line 2, column 1: not valid YAML (DUPLICATE_KEY)"),
  ]);
  expect(await faults("host: *hunter2")).toEqual([expect.not.stringContaining("hunter2")]);
  expect(await faults("[".repeat(20_000))).toHaveLength(1);
  expect(await faults("- a")).toHaveLength(1);
  expect(await faults("hunter2")).toEqual([expect.not.stringContaining("hunter2")]);
  const bomb = `a: &a [x, x]\n${"bcdefghij"
    .split("")
    .map((name, index) => `${name}: &${name} [${`*${"abcdefghi"[index]},`.repeat(9)}]`)
    .join("\n")}`;
  expect(await faults(bomb)).toHaveLength(1);
});

test("without a document and without routes, there is nothing to guard", async () => {
  for (const said of [await faults(undefined), await faults(""), await faults("port: 1")])
    expect(said).toEqual([expect.stringMatching(/^There are no routes/)]);
});

test("faults of the routes together are found as well", async () => {
  const text = 'ownerParams: { user_id: sub }\nroutes: [{ path: "/{userId}" }]';
  expect(await faults(text)).toEqual([expect.stringContaining('"userId" is not checked')]);
});

test.each([
  ["upstream", "ftp://api", "must be an http or https address"],
  ["upstream", "api:8000", "must be an http or https address"],
  ["upstream", "http://127.0.0.1:8000/api", "must have no path"],
  ["upstream", "http://127.0.0.1:8000/?", "must have no path"],
  ["upstream", "http://127.0.0.1:8000/#", "must have no path"],
  ["openapi", "file:///etc/passwd", "must be a file, or an http or https address"],
  ["openapi", "", "is empty"],
  ["base-path", "api", "must be a path"],
  ["base-path", "/api/{id}", "must be a path"],
  ["owner-param", "", "names no parameter"],
  ["owner-param", "user_id=", "--owner-param takes names"],
  ["host", "a/b", "must be an address"],
  ["port", "-1", "must be a whole number"],
  ["port", "1.5", "must be a whole number"],
  ["idle-timeout", "0", "must be a number from 1 to 86400"],
  ["metrics-port", "65536", "must be a whole number from 0 to 65535"],
  ["max-request-bytes", "9007199254740992", "must be a whole number"],
  ["revocations", "redis", "must be postgres, memory or none"],
  ["cors-origin", "*", "is not an origin"],
  ["trusted-proxy", "10.0.0.0/33", "is not an address"],
] as const)("--%s %s: %s", async (flag, value, expected) => {
  const said = await faults(undefined, { openapi, [flag]: value });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(expected);
});

test.each(["gate-settings.md", "any-backend.md"])("the file in docs/guide/%s is accepted", async (guide) => {
  const url = new URL(`../../../../../docs/guide/${guide}`, import.meta.url);
  const blocks = [
    ...readFileSync(url, "utf8").matchAll(/^```yaml[^\n]*\n(# yaml-language-server.*?)^```$/gms),
  ];
  expect(blocks).toHaveLength(1);
  expect((await read(blocks[0]?.[1])).rules.length).toBeGreaterThan(0);
});

test("every flag is a setting in the table of the guide", () => {
  const url = new URL("../../../../../docs/guide/gate-settings.md", import.meta.url);
  const [, flags = ""] = readFileSync(url, "utf8").split("\n## Flags\n");
  for (const name of Object.keys(settingsFlags)) expect(flags).toContain(`| \`--${name} `);
});
