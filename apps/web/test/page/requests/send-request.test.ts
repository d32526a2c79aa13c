import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { forwardedExchange, sendRequest } from "../../../src/page/requests/send-request.ts";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const report = { code: "token_expired", hint: "expired 3 s ago", user: null };

/** An API that refuses, and names a report. */
const refusing =
  (path: string | undefined, body: string): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith("/dev/")) return void response.end(body);
    if (path !== undefined) response.setHeader("x-refusal", path);
    response.writeHead(401, { "x-request-id": "r1" }).end('{"code":"token_expired"}');
  };

test("shows the response as it is, with the report that it names", async () => {
  const url = await serve(refusing("/dev/refusals/r1", JSON.stringify(report)));
  expect(await sendRequest({ url: `${url}/api/ada/tasks`, token: "a.b.c" })).toEqual({
    request: { url: `${url}/api/ada/tasks`, authorization: ["a.b.c"] },
    response: {
      status: 401,
      statusText: "Unauthorized",
      challenge: null,
      contentType: null,
      requestId: "r1",
      body: '{\n  "code": "token_expired"\n}',
    },
    report,
  });
});

test.each([
  ["names none", undefined, JSON.stringify(report)],
  ["names an address elsewhere", "http://evil.example/dev/refusals/r1", JSON.stringify(report)],
  ["names another path", "/dev/refusals/../secrets", JSON.stringify(report)],
  ["answers with something else", "/dev/refusals/r1", "<h1>Bad gateway</h1>"],
  ["answers without a code", "/dev/refusals/r1", "null"],
])("there is no report if the API %s", async (_what, path, body) => {
  const url = await serve(refusing(path, body));
  const { response, report: found } = await sendRequest({ url, token: undefined });
  expect([response.status, found]).toEqual([401, undefined]);
});

test("the response does not wait long for a report", async () => {
  const url = await serve((request, response) => {
    if (request.url?.startsWith("/dev/")) return;
    response.writeHead(401, { "x-refusal": "/dev/refusals/r1" }).end();
  });
  const { response, report: found } = await sendRequest({ url, token: undefined });
  expect([response.status, found]).toEqual([401, undefined]);
}, 10_000);

test("a request that the web server sent is shown in the same way", async () => {
  const url = await serve(refusing("/dev/refusals/r1", JSON.stringify(report)));
  const headers = { "x-request-id": "r1", "x-refusal": "/dev/refusals/r1" };
  const forwarded = { url, status: 401, statusText: "Unauthorized", headers, body: "not JSON" };
  expect(await forwardedExchange(forwarded, ["your token", "another"])).toMatchObject({
    request: { authorization: ["your token", "another"] },
    response: { status: 401, requestId: "r1", challenge: null, body: "not JSON" },
    report,
  });
});
