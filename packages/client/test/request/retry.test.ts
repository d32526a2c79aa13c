import { expect, test } from "vitest";
import { UserChangedError } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { rejectingWith, startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

const now = () => NOON;
const stale = tokenOf("stale");
const fresh = tokenOf("fresh");

const isStale = (token: string | undefined) => token === stale;

test.each(["token_expired", "key_unknown", "signature_invalid", "algorithm_rejected", "token_revoked"])(
  "retries once with a new token after %s",
  async (code) => {
    const api = await startServer(rejectingWith(code, isStale));
    const source = tokensInTurn(stale, fresh);
    const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

    const response = await client("tasks", { method: "PUT", body: "again" });

    expect(response.status).toBe(200);
    expect(api.tokens()).toEqual([stale, fresh]);
    expect(api.received.map(({ method, body }) => [method, body])).toEqual([
      ["PUT", "again"],
      ["PUT", "again"],
    ]);
    await client("next");
    expect(source.calls).toBe(2);
  },
);

test.each([
  "credentials_missing",
  "token_not_yet_valid",
  "issuer_rejected",
  "audience_rejected",
  "claims_invalid",
  "token_too_large",
  "token_malformed",
  "token_unsupported",
  "reauthentication_required",
  "a_code_of_tomorrow",
  "constructor",
])("returns the 401 of %s without a retry", async (code) => {
  const api = await startServer(rejectingWith(code, isStale));
  const source = tokensInTurn(stale, fresh);
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  const response = await client("tasks");

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ code });
  expect(source.calls).toBe(1);
  expect(api.received).toHaveLength(1);
});

test.each([
  ["another media type", 401, "application/json", '{"code":"token_expired"}'],
  ["a body that is not JSON", 401, "application/problem+json", "token_expired"],
  ["a body that is not an object", 401, "application/problem+json", "null"],
  ["another status", 403, "application/problem+json", '{"code":"token_expired"}'],
])("does not retry after %s", async (_name, status, type, body) => {
  const api = await startServer((_request, response) =>
    response.writeHead(status, { "content-type": type }).end(body),
  );
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh) });

  const response = await client("tasks");

  expect(await response.text()).toBe(body);
  expect(api.received).toHaveLength(1);
});

test("retries only once and returns the second 401", async () => {
  const api = await startServer(rejectingWith("token_expired", () => true));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh, tokenOf("third")) });

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_expired" });
  expect(api.tokens()).toEqual([stale, fresh]);
});

test("does not retry with the same token", async () => {
  const api = await startServer(rejectingWith("token_expired", () => true));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale) });

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_expired" });
  expect(api.received).toHaveLength(1);
});

test("rejects instead of a retry with another user's token", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, tokenOf("fresh", 300, "bert")) });

  await expect(client("tasks", { method: "POST" })).rejects.toBeInstanceOf(UserChangedError);
  expect(api.tokens()).toEqual([stale]);
});

test("refreshes the token once for concurrent 401s", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const source = tokensInTurn(stale, fresh);
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  const responses = await Promise.all(Array.from({ length: 8 }, (_, index) => client(`${index}`)));

  expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(source.calls).toBe(2);
});

test("rejects with getToken's own error when the refresh fails", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const failure = new TypeError("Failed to fetch");
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, failure) });

  await expect(client("tasks")).rejects.toBe(failure);
});

test("retries a Request with its whole body", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh) });

  const response = await client(new Request(`${api.url}/tasks`, { method: "POST", body: "again" }));

  expect(response.status).toBe(200);
  expect(api.received.map(({ body }) => body)).toEqual(["again", "again"]);
});

test("sends a stream once, and uses a new token for the next call", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh) });

  const response = await client("tasks", {
    method: "POST",
    body: new Blob(["once"]).stream(),
    duplex: "half",
  });

  expect(response.status).toBe(401);
  expect(api.received.map(({ body }) => body)).toEqual(["once"]);
  expect((await client("next")).status).toBe(200);
  expect(api.tokens()).toEqual([stale, fresh]);
});

test("does not retry after an abort during the refresh", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const abort = new AbortController();
  const answers = [
    async () => stale,
    () => {
      abort.abort();
      return new Promise<string>(() => undefined);
    },
  ];
  const client = clientOf({
    baseURL: api.url,
    now,
    getToken: () => (answers.shift() ?? (async () => null))(),
  });

  await expect(client("tasks", { signal: abort.signal })).rejects.toMatchObject({ name: "AbortError" });
  expect(api.received).toHaveLength(1);
});

test("does not retry with the next user's token after clearToken", async () => {
  const api = await startServer((request, response) => {
    client.clearToken();
    rejectingWith("token_expired", isStale)(request, response);
  });
  const source = tokensInTurn(stale, tokenOf("next user"));
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  const response = await client("tasks", { method: "DELETE" });

  expect(response.status).toBe(401);
  expect(api.tokens()).toEqual([stale]);
  expect(source.calls).toBe(1);
});

test("does not retry with the next user's token after clearToken during the refresh", async () => {
  const api = await startServer(rejectingWith("token_expired", isStale));
  const answers = [
    async () => stale,
    async () => {
      client.clearToken();
      return tokenOf("next user");
    },
  ];
  const client = clientOf({
    baseURL: api.url,
    now,
    getToken: () => (answers.shift() ?? (async () => null))(),
  });

  const response = await client("tasks", { method: "DELETE" });

  expect(response.status).toBe(401);
  expect(api.tokens()).toEqual([stale]);
});
