import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";
import { probeRequest } from "../../../src/page/inspector/probe.ts";

const token = createTestIssuer().tokenFor("user/1");
const context = { apiUrl: "http://localhost:3001", userId: "user/1", token };
const ownUrl = "http://localhost:3001/api/user%2F1/tasks?limit=1";

test("each probe changes one thing of the valid request", () => {
  expect(probeRequest("valid", context)).toEqual({ url: ownUrl, token });
  expect(probeRequest("none", context)).toEqual({ url: ownUrl, token: undefined });
  expect(probeRequest("other-user", context)).toEqual({
    url: "http://localhost:3001/api/another-user/tasks?limit=1",
    token,
  });

  const tampered = probeRequest("tampered", context);
  expect(tampered.url).toBe(ownUrl);
  expect(tampered.token).not.toBe(token);
  expect(tampered.change).toMatch(/^character 22 of the signature, [\w-] → [\w-]$/);
  expect(tampered.token?.split(".").slice(0, 2)).toEqual(token.split(".").slice(0, 2));
});

test("requests an API below a path", () => {
  const urls = ["https://example.com/v1", "https://example.com/v1/"].map(
    (apiUrl) => probeRequest("valid", { ...context, apiUrl }).url,
  );
  expect(urls).toEqual(Array(2).fill("https://example.com/v1/api/user%2F1/tasks?limit=1"));
});
