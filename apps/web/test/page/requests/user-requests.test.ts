import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, onTestFinished, test } from "vitest";
import type { RequestKind } from "../../../src/page/requests/request-texts.ts";
import { type RequestParts, sendUserRequest } from "../../../src/page/requests/user-requests.ts";

const issuer = createTestIssuer();
const token = issuer.tokenFor("user/1");
const own = "/api/user%2F1/tasks?limit=1";

/** An API that records the requests it gets. */
async function recordingApi() {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.setHeader("content-type", "application/json").end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function partsFor(apiUrl: string, changes: Partial<RequestParts> = {}): RequestParts {
  return {
    api: { apiUrl, userId: "user/1", validToken: async () => token },
    secondUser: async () => ({ id: "grace/1", name: "Grace", tasks: 3 }),
    expiredToken: async () => "expired.token.x",
    sessionToken: async () => "SessionTokenOf32Characters",
    development: {
      otherAudienceToken: async () => "other.audience.x",
      sendTwoHeaders: () => Promise.reject(new Error("not used")),
    },
    ...changes,
  };
}

test.each<[RequestKind, string, string | undefined]>([
  ["valid", own, `Bearer ${token}`],
  ["none", own, undefined],
  ["other-user", "/api/grace%2F1/tasks?limit=1", `Bearer ${token}`],
  ["expired", own, "Bearer expired.token.x"],
  ["other-audience", own, "Bearer other.audience.x"],
  ["session", own, "Bearer SessionTokenOf32Characters"],
])("%s changes one thing of the valid request", async (kind, path, authorization) => {
  const { url, requests } = await recordingApi();
  const { request, response } = await sendUserRequest(kind, partsFor(url));
  expect(requests.map((got) => [got.method, got.url, got.headers.authorization])).toEqual([
    ["GET", path, authorization],
  ]);
  expect(request.url).toBe(`${url}${path}`);
  expect(response).toMatchObject({ status: 200, body: "{}" });
});

test("a tampered token differs in one character of its signature, and says which", async () => {
  const { url, requests } = await recordingApi();
  const { request } = await sendUserRequest("tampered", partsFor(url));
  const sent = requests[0]?.headers.authorization?.slice("Bearer ".length) ?? "";
  expect(sent.split(".").slice(0, 2)).toEqual(token.split(".").slice(0, 2));
  const changed = [...sent].filter((character, index) => character !== token[index]);
  expect(changed).toHaveLength(1);
  expect(request.note).toMatch(/^Changed: character 22 of the signature, from [\w-] to [\w-]$/);
});

test("without a second user, another user's path is no one's", async () => {
  const { url, requests } = await recordingApi();
  await sendUserRequest("other-user", partsFor(url, { secondUser: async () => undefined }));
  expect(requests[0]?.url).toBe("/api/another-user/tasks?limit=1");
});

test("requests an API below a path", async () => {
  const { url, requests } = await recordingApi();
  for (const base of [`${url}/v1`, `${url}/v1/`]) await sendUserRequest("valid", partsFor(base));
  expect(requests.map((got) => got.url)).toEqual(Array(2).fill(`/v1${own}`));
});
