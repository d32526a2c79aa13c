import { expect, test } from "vitest";
import { apiUrl, asset, runningWeb } from "../web.ts";

const navigation = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** For tests of headers. A body left unread would hold its connection, and with it the server's end. */
async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response;
}

test("the page is served at / and wherever a browser navigates to, and asked for anew each time", async () => {
  const { url } = await runningWeb();
  for (const path of ["/", "/index.html", "/tasks/7", "/sign-in?next=/"]) {
    const response = await fetch(url + path, { headers: navigation });
    expect([path, response.status, await response.text()]).toEqual([
      path,
      200,
      expect.stringContaining("The page"),
    ]);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("cache-control")).toBe("no-cache");
  }
});

test("hashed assets may be kept for good; other files may not", async () => {
  const { url } = await runningWeb();
  const script = await get(url + asset);
  expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  const icon = await get(`${url}/favicon.svg`);
  expect([icon.status, icon.headers.get("cache-control")]).toEqual([200, "no-cache"]);
});

test.each([
  ["GET", "/assets/gone-000000.js", navigation],
  ["GET", "/robots.txt", {}],
  ["POST", "/", navigation],
  ["GET", "/api", navigation],
  ["GET", "/api/tasks", navigation],
  ["GET", "/api/auth/no-such-thing", navigation],
  ["GET", "/assets/..%2f..%2fpackage.json", {}],
])("%s %s is a 404 problem, never the page", async (method, path, headers) => {
  const { url } = await runningWeb();
  const response = await fetch(url + path, { method, headers });
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 404, code: "not_found" });
  expect(response.headers.get("cache-control")).not.toContain("immutable");
});

test("the page learns where the API is, and a load balancer that the process lives", async () => {
  const { url } = await runningWeb();
  expect(await (await fetch(`${url}/config.json`)).json()).toEqual({ apiUrl });
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: "ok" });
});

test("every answer forbids scripts of others, inline scripts, and framing", async () => {
  const { url } = await runningWeb();
  for (const path of ["/", asset, "/config.json", "/api/auth/get-session", "/no/such.thing"]) {
    const { headers } = await get(url + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ${apiUrl};`);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.has("strict-transport-security")).toBe(false);
  }
});

test("browsers are told to insist on https where the app is reached by it", async () => {
  const { url } = await runningWeb({ BETTER_AUTH_URL: "https://app.example.com" });
  expect((await get(url)).headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
});

test("a body that no honest request has is not read", async () => {
  const { url } = await runningWeb();
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json" },
    body: JSON.stringify({ email: "x".repeat(70_000) }),
  });
  expect([response.status, await response.json()]).toEqual([
    413,
    expect.objectContaining({ code: "payload_too_large" }),
  ]);
});
