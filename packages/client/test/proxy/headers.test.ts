import { describe, expect, test } from "vitest";
import { fromPage, outcome, proxyTo, token } from "./support.ts";

/** The headers that the API gets. */
async function sentWith(headers: Record<string, string>): Promise<Headers> {
  const { proxy, sent } = proxyTo();
  expect(await outcome(await proxy(fromPage("/backend/tasks", {}, headers)))).toBe("200 tasks");
  return sent[0]?.headers ?? new Headers();
}

/** The headers that the browser gets. */
async function receivedWith(headers: Record<string, string>, status = 200): Promise<Headers> {
  const { proxy } = proxyTo(() => new Response("tasks", { status, headers }));
  return (await proxy(fromPage("/backend/tasks"))).headers;
}

test("the API gets the user's token, and not the page's own", async () => {
  const headers = await sentWith({ authorization: "Bearer mine, Basic x" });
  expect(headers.get("authorization")).toBe(`Bearer ${token}`);
  expect(headers.has("cookie")).toBe(false);
});

test.for([
  ["content-type", "application/json"],
  ["accept", "text/event-stream"],
  ["accept-language", "de"],
  ["if-match", '"7"'],
  ["if-none-match", '"7"'],
  ["range", "bytes=0-1"],
  ["idempotency-key", "k1"],
  ["last-event-id", "42"],
  ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
  ["user-agent", "browser"],
  ["x-request-id", "r1"],
  ["x-tenant", "acme"],
  ["upload-offset", "100"],
  ["x-amzn-trace-id", "Root=1-67891233-abcdef012345678912345678"],
  ["x-amz-meta-name", "report"],
  ["x-ms-version", "2024-11-04"],
  ["x-client-version", "3"],
] as const)("%s reaches the API", async ([name, value]) => {
  expect((await sentWith({ [name]: value })).get(name)).toBe(value);
});

test.for([
  "Cookie2",
  "Proxy-Authorization",
  "Proxy-Connection",
  "Keep-Alive",
  "TE",
  "Trailer",
  "Transfer-Encoding",
  "Upgrade",
  "HTTP2-Settings",
  "Expect",
  "Host",
  "Forwarded",
  "Forwarded-For",
  "X-Forwarded",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-Forwarded-Prefix",
  "X-Forwarded-User",
  "X-Real-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "True-Client-IP",
  "CF-Connecting-IP",
  "Fastly-Client-IP",
  "X-Original-URL",
  "X-Original-Host",
  "X-Rewrite-URL",
  "X-Host",
  "X-HTTP-Host-Override",
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
  "Via",
  "Remote-User",
  "X-Remote-User",
  "X-Auth-Request-Email",
  "X-Goog-Authenticated-User-Email",
  "X-MS-Client-Principal",
  "X-Amzn-Oidc-Data",
  "Client-Cert",
  "X-SSL-Client-DN",
  "Sec-WebSocket-Key",
  "Sec-GPC",
  "Origin-Trial-Sec_X",
  "Referer",
  "Access-Control-Request-Method",
  "Usher-Expected-Role",
  "X-Usher-Principal",
  "X-Middleware-Subrequest",
  "X-Nextjs-Data",
  "Next-Router-State-Tree",
  "RSC",
  "Client-IP",
  "Fly-Client-IP",
  "X-NF-Client-Connection-IP",
  "DO-Connecting-IP",
  "Incap-Client-IP",
  "WL-Proxy-Client-IP",
  "X-Originating-IP",
  "X-Scheme",
  "Front-End-Https",
  "X-Matched-Path",
  "X-Sendfile-Type",
  "X-Accel-Mapping",
  "X-ARR-ClientCert",
  "X-Azure-FDID",
  "X-AppEngine-Cron",
  "X-Envoy-Original-Path",
  "L5d-Dst-Override",
  "Dapr-App-Id",
  "X-Amzn-Mtls-Clientcert",
  "X-Amzn-Request-Context",
  "X-Apigateway-Api-Userinfo",
  "X-Endpoint-API-UserInfo",
  "X-Serverless-Authorization",
  "X-MS-Token-AAD-Access-Token",
  "X-Authenticated-Userid",
  "X-WebAuth-User",
  "X-Consumer-Username",
  "X-Userinfo",
  "X-Authentik-Username",
  "X-Token-User-Name",
  "Tailscale-User-Login",
  "X-Client-Verify",
  "X-React-Router-SPA-Mode",
  "X-Astro-Path",
  "X-Prerender-Revalidate",
  "X_Forwarded_For",
  "Author_ization",
  "_x",
])("%s stays behind", async (name) => {
  const headers = await sentWith({ [name]: "1" });
  expect([...headers.keys()].sort()).toEqual(["accept-encoding", "authorization"]);
});

test("headers that Connection names stay behind, in any case and with spaces", async () => {
  const headers = await sentWith({
    connection: "close, X-Secret ,authorization,, accept-encoding",
    "x-secret": "1",
    "x-kept": "1",
  });
  expect([...headers.keys()].sort()).toEqual(["accept-encoding", "authorization", "x-kept"]);
});

test("the API is asked for an unencoded body", async () => {
  expect((await sentWith({ "accept-encoding": "gzip, br" })).get("accept-encoding")).toBe("identity");
});

test.for([
  ["content-type", "text/csv"],
  ["content-length", "5"],
  ["content-disposition", 'attachment; filename="a.csv"'],
  ["content-range", "bytes 0-4/10"],
  ["accept-ranges", "bytes"],
  ["etag", '"7"'],
  ["last-modified", "Sun, 29 Nov 2026 05:00:00 GMT"],
  ["link", '</tasks?page=2>; rel="next"'],
  ["retry-after", "7"],
  ["ratelimit", '"default";r=50;t=30'],
  ["x-total-count", "3"],
  ["server-timing", "db;dur=5"],
  ["allow", "GET"],
  ["content-language", "de"],
  ["warning", '299 - "old"'],
  ["deprecation", "@1688169599"],
  ["x-accel-buffering", "no"],
] as const)("%s reaches the browser", async ([name, value]) => {
  expect((await receivedWith({ [name]: value })).get(name)).toBe(value);
});

const protections = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
  "content-type": "text/plain;charset=UTF-8",
  "cross-origin-resource-policy": "same-origin",
  vary: "Cookie",
  "x-content-type-options": "nosniff",
};

test.for([
  "Set-Cookie",
  "Set-Cookie2",
  "Set-Login",
  "Authorization",
  "Proxy-Authenticate",
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Transfer-Encoding",
  "Trailer",
  "Upgrade",
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Timing-Allow-Origin",
  "Clear-Site-Data",
  "Alt-Svc",
  "Strict-Transport-Security",
  "Public-Key-Pins",
  "Service-Worker-Allowed",
  "Cache-Control",
  "Expires",
  "Pragma",
  "Age",
  "CDN-Cache-Control",
  "Cloudflare-CDN-Cache-Control",
  "Vercel-CDN-Cache-Control",
  "Netlify-CDN-Cache-Control",
  "Surrogate-Control",
  "Surrogate-Key",
  "X-Accel-Redirect",
  "X-Accel-Expires",
  "X-Accel-Limit-Rate",
  "Cache-Tag",
  "X-Sendfile",
  "X-Lighttpd-Send-File",
  "X-Middleware-Rewrite",
  "X-Middleware-Set-Cookie",
  "X-Nextjs-Cache",
  "Refresh",
  "Reporting-Endpoints",
  "NEL",
  "Permissions-Policy",
  "Content-Security-Policy-Report-Only",
  "Cross-Origin-Opener-Policy",
  "Cross-Origin-Resource-Policy",
  "Content-Security-Policy",
  "X-Content-Type-Options",
  "Vary",
  "Sec-Session-Registration",
])("%s of the API does not reach the browser, and nothing may be cached", async (name) => {
  expect(Object.fromEntries(await receivedWith({ [name]: "X" }))).toEqual(protections);
});

test("headers of the API that Connection names do not reach the browser", async () => {
  const headers = await receivedWith({ connection: "x-internal", "x-internal": "1", "x-kept": "1" });
  expect(Object.fromEntries(headers)).toEqual({ ...protections, "x-kept": "1" });
});

describe("the API's challenge", () => {
  test.for([
    ['Bearer realm="api", error="invalid_token"', 'Bearer realm="api", error="invalid_token"'],
    ["Bearer", "Bearer"],
    ['bearer realm="a \\"b\\" \\\\c"', 'Bearer realm="a \\"b\\" \\\\c"'],
    ['Basic realm="api"', null],
    ['Basic realm="bearer"', null],
    ["Negotiate", null],
    ['Basic realm="x", Bearer realm="api", Digest realm="y"', 'Bearer realm="api"'],
  ] as const)("%s becomes %s: the browser asks for no password", async ([challenge, expected]) => {
    expect((await receivedWith({ "www-authenticate": challenge }, 401)).get("www-authenticate")).toBe(
      expected,
    );
  });
});

test.for([
  ["gzip", null, null],
  ["gzip, br", null, null],
  ["aws-chunked", "aws-chunked", "5"],
] as const)("an encoding is named only if fetch has left it: %s", async ([coding, encoding, length]) => {
  const headers = await receivedWith({ "content-encoding": coding, "content-length": "5" });
  expect([headers.get("content-encoding"), headers.get("content-length")]).toEqual([encoding, length]);
});
