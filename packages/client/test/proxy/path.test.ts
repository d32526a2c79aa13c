import { describe, expect, test } from "vitest";
import { type ApiProxyOptions, apiProxy } from "../../src/server.ts";
import { fromPage, outcome, proxyTo, site } from "./support.ts";

/** The URL that the API gets, or the refusal. */
async function target(path: string, options: Partial<ApiProxyOptions> = {}): Promise<string> {
  const { proxy, sent } = proxyTo(undefined, options);
  const result = await outcome(await proxy(fromPage(path)));
  return sent[0]?.url ?? result;
}

/** A request whose URL the framework has not parsed, as some make them for speed. */
async function rawTarget(url: string): Promise<string> {
  const { proxy, sent } = proxyTo();
  const { method, headers, signal } = fromPage("/");
  const result = await outcome(await proxy({ method, headers, signal, body: null, url } as Request));
  return sent[0]?.url ?? result;
}

const api = "https://api.example.com/v1";
const refused = "400 path_rejected";

test.for([
  ["/backend/tasks", `${api}/tasks`],
  ["/backend/tasks/", `${api}/tasks/`],
  ["/backend/", `${api}/`],
  ["/backend", `${api}/`],
  ["/backend?page=2", `${api}/?page=2`],
  ["/backend/tasks?next=//evil.example/../x%2f&a=%00", `${api}/tasks?next=//evil.example/../x%2f&a=%00`],
  ["/backend/tasks/a%20b", `${api}/tasks/a%20b`],
  ["/backend/tasks/zo%C3%AB", `${api}/tasks/zo%C3%AB`],
  ["/backend/tasks/Stra%C3%9Fe", `${api}/tasks/Stra%C3%9Fe`],
  ["/backend/tasks/%D1%82", `${api}/tasks/%D1%82`],
  ["/backend/tasks/日本😀", `${api}/tasks/%E6%97%A5%E6%9C%AC%F0%9F%98%80`],
  ["/backend/tasks/100%25", `${api}/tasks/100%25`],
  ["/backend/tasks/a:b@c,d=e", `${api}/tasks/a:b@c,d=e`],
  ["/backend/https:/x", `${api}/https:/x`],
  ["/backend/...", `${api}/...`],
  ["/backend/.well-known", `${api}/.well-known`],
  ["/backend/tasks/50%25degraded", `${api}/tasks/50%25degraded`],
  ["/backend/why%3F", `${api}/why%3F`],
  ["/backend/tasks;v=1", `${api}/tasks;v=1`],
  ["/backend/backend/tasks", `${api}/backend/tasks`],
  ["/backend/tasks?", `${api}/tasks`],
] as const)("%s is passed on below the base", async ([path, url]) => {
  expect(await target(path)).toBe(url);
});

test.for([
  "/",
  "/backends/tasks",
  "/backend%2ftasks",
  "/Backend/tasks",
  "/api/auth/token",
  "/backend/../api/auth/token",
  "/backend/%2e%2e/api",
  "/backend/%2E./api",
  "//backend/tasks",
  "/backend//tasks",
  "/backend//evil.example/x",
  "/backend/tasks//",
  "/backend/\\evil.example",
  "/backend/tasks%2f..%2fadmin",
  "/backend/..%2fadmin",
  "/backend/%2e%2e%2fadmin",
  "/backend/%2Fevil.example",
  "/backend/%5c%5cevil.example",
  "/backend/tasks%5cadmin",
  "/backend/..%5cadmin",
  "/backend/tasks%00",
  "/backend/tasks%0d%0aX-Admin:%201",
  "/backend/tasks%09",
  "/backend/tasks%7f",
  "/backend/tasks%C2%85",
  "/backend/%252e%252e/admin",
  "/backend/..%252fadmin",
  "/backend/%252e%252e%252fadmin",
  "/backend/tasks%255cadmin",
  "/backend/tasks%2500",
  "/backend/%25252e%25252e%25252fadmin",
  "/backend/tasks%25252541",
  "/backend/%c0%ae%c0%ae/admin",
  "/backend/%c0%af",
  "/backend/%ff",
  "/backend/%e0%80%af",
  "/backend/%u002e",
  "/backend/%",
  "/backend/%2",
  "/backend/%zz",
  "/backend/..;/admin",
  "/backend/..;x=1/admin",
  "/backend/.;/admin",
  "/backend/..%3b/admin",
  "/backend/%252e%252e;/admin",
  "/backend/..%3f/admin",
  "/backend/..%23/admin",
  "/backend/tasks%25C2%2585",
  "/backend/tasks%C3%9F%2fadmin",
])("%s is refused", async (path) => {
  expect(await target(path)).toBe(refused);
});

describe("a URL that the framework has not parsed", () => {
  test.for([
    `${site}/backend/tasks/../../admin`,
    `${site}/backend/./tasks`,
    `${site}/backend/tasks/..`,
    `${site}/backend/%2e%2e/backend/tasks`,
    `${site}/x/../backend/tasks`,
    `${site}\\backend\\tasks`,
    `${site}/backend\\tasks`,
    `${site}/backend/tasks\t`,
    `${site}/back\nend/tasks`,
    `${site}/backend/ta\u0000sks`,
    `${site}//backend/tasks`,
    "https://app.example.com@evil.example/backend/tasks",
    "https://:secret@app.example.com/backend/tasks",
  ])("%j is refused", async (url) => {
    expect(await rawTarget(url)).toBe(refused);
  });

  test("is passed on if it is plain", async () => {
    expect(await rawTarget(`${site}/backend/tasks?page=2`)).toBe(`${api}/tasks?page=2`);
  });
});

test.for(["/", "/api/backend", "/api/backend/"])("the proxy's path can be %s", async (path) => {
  const prefix = path.replace(/\/$/, "");
  expect(await target(`${prefix}/tasks`, { path })).toBe(`${api}/tasks`);
  expect(await target(`${prefix}//evil.example`, { path })).toBe(refused);
});

test.for(["backend", "/back end", "/backend?x", "//backend", "/../x", "/backend/*", "/%62", "https://x/", 3])(
  "the proxy's path cannot be %j",
  (path) => {
    const options = { getToken: () => null, baseURL: api, path: path as string };
    expect(() => apiProxy(options)).toThrow(/path must be a path/);
  },
);

test("a redirect to two slashes does not become one to another host, with the proxy at /", async () => {
  const answer = () => new Response(null, { status: 302, headers: { location: "/v1//evil.example/x" } });
  const { proxy } = proxyTo(answer, { path: "/" });
  const { headers } = await proxy(fromPage("/tasks"));
  expect(headers.get("location")).toBe("https://api.example.com/v1//evil.example/x");
});

test.for([
  ["/v1/tasks/2?x=1#part", "/backend/tasks/2?x=1#part"],
  ["https://api.example.com/v1/tasks", "/backend/tasks"],
  ["../../v1/tasks", "/backend/tasks"],
  ["3", "/backend/tasks/3"],
  ["https://api.example.com/v1", "/backend/"],
  ["/login", "https://api.example.com/login"],
  ["/v1x", "https://api.example.com/v1x"],
  ["https://other.example/v1/tasks", "https://other.example/v1/tasks"],
  ["//other.example/v1/tasks", "https://other.example/v1/tasks"],
  ["http://api.example.com/v1/tasks", "http://api.example.com/v1/tasks"],
  ["https://[", "https://["],
] as const)("a redirect to %s becomes %s", async ([location, expected]) => {
  const { proxy } = proxyTo(() => new Response(null, { status: 303, headers: { location } }));
  const response = await proxy(fromPage("/backend/tasks/1", { method: "POST" }));
  expect([response.status, response.headers.get("location")]).toEqual([303, expected]);
});
