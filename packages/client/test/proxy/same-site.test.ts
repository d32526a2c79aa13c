import { describe, expect, test } from "vitest";
import { type ApiProxyOptions, apiProxy } from "../../src/server.ts";
import { outcome, proxyTo, site } from "./support.ts";

type Metadata = Readonly<Record<string, string>>;

async function call(method: string, headers: Metadata, options: Partial<ApiProxyOptions> = {}, url = site) {
  const { proxy, sent } = proxyTo(undefined, options);
  const request = new Request(`${url}/backend/tasks`, {
    method,
    headers: { cookie: "session=1", ...headers },
  });
  const result = await outcome(await proxy(request));
  expect(sent).toHaveLength(result.startsWith("200") ? 1 : 0);
  return result;
}

const refused = "403 cross_site_request";
const host = "app.example.com";
const sameOrigin = { "sec-fetch-site": "same-origin" };

describe("a request is passed on", () => {
  test.for<[string, string, Metadata, string?]>([
    ["a fetch of the page", "GET", sameOrigin],
    ["a fetch that writes", "POST", { ...sameOrigin, origin: site }],
    ["a fetch that writes, where the browser sends no Origin", "DELETE", sameOrigin],
    ["a form of the page", "POST", { ...sameOrigin, origin: site, "sec-fetch-dest": "document" }],
    ["an image of the page", "GET", { ...sameOrigin, "sec-fetch-dest": "image" }],
    ["a prefetch by a link of the page", "GET", { ...sameOrigin, "sec-purpose": "prefetch" }],
    ["a typed address", "GET", { "sec-fetch-site": "none", "sec-fetch-dest": "document" }],
    ["HEAD of a typed address", "HEAD", { "sec-fetch-site": "none" }],
    ["an old browser that writes", "POST", { origin: site }],
    ["an old browser that reads, with a Referer", "GET", { referer: `${site}/tasks?page=2` }],
    ["an old browser that reads, with an Origin", "GET", { origin: site }],
    ["the origin's default port in Host", "POST", { ...sameOrigin, origin: site, host: `${host}:443` }],
    ["another port, in both", "POST", { origin: `${site}:8443`, host: `${host}:8443` }],
    ["https at a TLS terminator", "POST", { ...sameOrigin, origin: site, host }, "http://10.0.0.1:3000"],
    ["http without TLS anywhere", "POST", { origin: `http://${host}`, host }, "http://localhost:3000"],
    ["a URL with the server's own host name", "POST", { origin: site, host }, "https://localhost:3000"],
  ])("%s", async ([, method, headers, url]) => {
    expect(await call(method, headers, {}, url)).toMatch(/^200/);
  });
});

describe("a request is refused", () => {
  test.for<[string, string, Metadata, string?]>([
    ["another site reads", "GET", { "sec-fetch-site": "cross-site" }],
    ["another site writes", "POST", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    [
      "another site writes, with this site's Origin",
      "POST",
      { "sec-fetch-site": "cross-site", origin: site },
    ],
    ["a sibling domain", "POST", { "sec-fetch-site": "same-site", origin: "https://blog.example.com" }],
    ["a sibling domain reads", "GET", { "sec-fetch-site": "same-site" }],
    ["a link of another site", "GET", { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" }],
    ["a typed address that writes", "POST", { "sec-fetch-site": "none" }],
    ["a prefetch that names no page", "GET", { "sec-fetch-site": "none", "sec-purpose": "prefetch" }],
    ["a prerendering", "GET", { "sec-fetch-site": "none", "sec-purpose": "prefetch;prerender" }],
    ["an unknown value", "GET", { "sec-fetch-site": "same-planet" }],
    ["an empty value", "GET", { "sec-fetch-site": "" }],
    ["another case", "GET", { "sec-fetch-site": "Same-Origin" }],
    ["two values", "GET", { "sec-fetch-site": "same-origin, same-origin" }],
    [
      "same-origin with the Origin of another site",
      "POST",
      { ...sameOrigin, origin: "https://evil.example" },
    ],
    ["same-origin with the Origin null", "POST", { ...sameOrigin, origin: "null" }],
    ["a GET with the Origin null", "GET", { ...sameOrigin, origin: "null" }],
    ["a script", "GET", { ...sameOrigin, "sec-fetch-dest": "script" }],
    ["a worker", "GET", { ...sameOrigin, "sec-fetch-dest": "worker" }],
    ["a service worker", "GET", { ...sameOrigin, "sec-fetch-dest": "serviceworker" }],
    ["a style", "GET", { ...sameOrigin, "sec-fetch-dest": "style" }],
    ["a frame", "GET", { ...sameOrigin, "sec-fetch-dest": "iframe" }],
    ["a plug-in", "GET", { ...sameOrigin, "sec-fetch-dest": "embed" }],
    ["an unknown destination", "GET", { ...sameOrigin, "sec-fetch-dest": "hologram" }],
    ["no metadata at all, reading", "GET", {}],
    ["no metadata at all, writing", "POST", {}],
    ["a Referer alone, writing", "POST", { referer: `${site}/` }],
    ["a Referer of another site", "GET", { referer: "https://evil.example/https://app.example.com/" }],
    ["a Referer with this site as its user", "GET", { referer: "https://app.example.com@evil.example/" }],
    ["a Referer that is no URL", "GET", { referer: "app.example.com" }],
    ["a Referer of about:blank", "GET", { referer: "about:blank" }],
    ["an Origin null", "POST", { origin: "null" }],
    ["an empty Origin", "POST", { origin: "" }],
    ["a longer Origin", "POST", { origin: "https://app.example.com.evil.example" }],
    ["a shorter Origin", "POST", { origin: "https://example.com" }],
    ["an Origin that ends alike", "POST", { origin: "https://evilapp.example.com" }],
    ["an Origin on another port", "POST", { origin: "https://app.example.com:8443" }],
    ["an Origin in upper case", "POST", { origin: "https://APP.example.com" }],
    ["an Origin with a path", "POST", { origin: `${site}/` }],
    ["an Origin with a user", "POST", { origin: "https://app.example.com@evil.example" }],
    ["an Origin with a trailing dot", "POST", { origin: "https://app.example.com." }],
    ["an Origin with a look-alike letter", "POST", { origin: "https://xn--pp-7lc.example.com" }],
    ["two Origins", "POST", { origin: `${site}, ${site}` }],
    ["an Origin without a scheme", "POST", { origin: host }],
    ["an Origin of another scheme", "POST", { origin: `ws://${host}` }],
    ["the Origin of an extension", "POST", { origin: "chrome-extension://app.example.com" }],
    ["plain http, where this server has https", "POST", { origin: `http://${host}` }],
    [
      "plain http, where the browser used https (X-Forwarded-Proto)",
      "POST",
      { origin: `http://${host}`, host, "x-forwarded-proto": "https" },
      "http://10.0.0.1",
    ],
    [
      "plain http, where the browser used https (Forwarded)",
      "POST",
      { origin: `http://${host}`, host, forwarded: "for=1.2.3.4;proto=https" },
      "http://10.0.0.1",
    ],
    [
      "a forged X-Forwarded-Host",
      "POST",
      { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    ],
    [
      "a Host with a path in it",
      "POST",
      { origin: "https://evil.example", host: "evil.example/@app.example.com" },
    ],
    ["two Hosts", "POST", { origin: site, host: `${host}, ${host}` }],
  ])("%s", async ([, method, headers, url]) => {
    expect(await call(method, headers, {}, url)).toBe(refused);
  });
});

describe("origins", () => {
  const origins = [site, "http://localhost:5173"];
  const rewritten = "http://web:3000";

  test("are this site's, where a proxy in front changes Host", async () => {
    const headers = { ...sameOrigin, origin: site, host: "web:3000" };
    expect(await call("POST", headers, {}, rewritten)).toBe(refused);
    expect(await call("POST", headers, { origins }, rewritten)).toBe("200 tasks");
    expect(await call("GET", { referer: `${site}/x`, host: "web:3000" }, { origins }, rewritten)).toBe(
      "200 tasks",
    );
  });

  test("do not let another site in", async () => {
    for (const relation of ["cross-site", "same-site", "none"])
      expect(await call("POST", { "sec-fetch-site": relation, origin: site }, { origins })).toBe(refused);
    expect(await call("POST", { origin: "https://localhost:5173" }, { origins })).toBe(refused);
  });

  test.for([
    "https://app.example.com/",
    "app.example.com",
    "https://APP.example.com",
    "https://*.example.com",
    "https://app.example.com:443",
    "https://app.example.com/path",
    "null",
    "*",
    "",
    "ws://app.example.com",
  ])("must be exact: %j is refused", (origin) => {
    const options = { getToken: () => null, baseURL: "https://api.example.com" };
    expect(() => apiProxy({ ...options, origins: [origin] })).toThrow(/origins\[0\] must be an origin/);
  });

  test("must be a list", () => {
    const origins = "https://app.example.com" as unknown as string[];
    expect(() => apiProxy({ getToken: () => null, baseURL: undefined, origins })).toThrow(
      /origins must be a list/,
    );
  });
});

test.for(["OPTIONS", "PROPFIND", "post_", "QUERY"])("the method %s is refused", async (method) => {
  const { proxy, sent } = proxyTo();
  const headers = { ...sameOrigin, origin: site, "access-control-request-method": "POST" };
  const response = await proxy(new Request(`${site}/backend/tasks`, { method, headers }));
  expect(response.headers.get("allow")).toBe("GET, HEAD, POST, PUT, PATCH, DELETE");
  expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect(await outcome(response)).toBe("405 method_rejected");
  expect(sent).toEqual([]);
});
