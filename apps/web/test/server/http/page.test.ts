import { expect, test } from "vitest";
import { apiUrl, asset, runningWeb } from "../web.ts";

const navigation = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** For tests of headers. An unread body would keep its connection open, and so the server. */
async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response;
}

test("serves the page for / and all navigations, with Cache-Control: no-cache", async () => {
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

test("lets browsers cache hashed assets forever, and no other files", async () => {
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
])("%s %s is a 404 problem, not the page", async (method, path, headers) => {
  const { url } = await runningWeb();
  const response = await fetch(url + path, { method, headers });
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ status: 404, code: "not_found" });
  expect(response.headers.get("cache-control")).not.toContain("immutable");
});

test("/config.json has the API's URL, and /health/live answers", async () => {
  const { url } = await runningWeb();
  expect(await (await fetch(`${url}/config.json`)).json()).toEqual({ apiUrl });
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: "ok" });
});

test("every response forbids foreign scripts, inline scripts and framing", async () => {
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

test("sends Strict-Transport-Security when the app is served over https", async () => {
  const { url } = await runningWeb({ BETTER_AUTH_URL: "https://app.example.com" });
  expect((await get(url)).headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
});

test("a body over 64 KB is a 413", async () => {
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
