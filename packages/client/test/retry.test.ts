import { expect, test } from "vitest";
import { clientOf } from "./support/client.ts";
import { refusing, startServer } from "./support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "./support/tokens.ts";

const now = () => NOON;
const stale = tokenOf("stale");
const fresh = tokenOf("fresh");

const isStale = (token: string | undefined) => token === stale;

test.each(["token_expired", "key_unknown", "signature_invalid", "algorithm_rejected", "token_revoked"])(
  "%s is cured by a new token",
  async (code) => {
    const api = await startServer(refusing(code, isStale));
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
  "a_code_of_tomorrow",
  "constructor",
])("%s is not: the answer comes back as it is", async (code) => {
  const api = await startServer(refusing(code, isStale));
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
  ["a body that is no object", 401, "application/problem+json", "null"],
  ["another status", 403, "application/problem+json", '{"code":"token_expired"}'],
])("%s is not taken for a curable refusal", async (_name, status, type, body) => {
  const api = await startServer((_request, response) =>
    response.writeHead(status, { "content-type": type }).end(body),
  );
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh) });

  const response = await client("tasks");

  expect(await response.text()).toBe(body);
  expect(api.received).toHaveLength(1);
});

test("is made once: a second refusal comes back", async () => {
  const api = await startServer(refusing("token_expired", () => true));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh, tokenOf("third")) });

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_expired" });
  expect(api.tokens()).toEqual([stale, fresh]);
});

test("is not made with the same token again", async () => {
  const api = await startServer(refusing("token_expired", () => true));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale) });

  const response = await client("tasks");

  expect(await response.json()).toMatchObject({ code: "token_expired" });
  expect(api.received).toHaveLength(1);
});

test("concurrent refusals cause one refresh", async () => {
  const api = await startServer(refusing("token_expired", isStale));
  const source = tokensInTurn(stale, fresh);
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  const responses = await Promise.all(Array.from({ length: 8 }, (_, index) => client(`${index}`)));

  expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(source.calls).toBe(2);
});

test("a refresh that fails rejects the call with its own error", async () => {
  const api = await startServer(refusing("token_expired", isStale));
  const failure = new TypeError("Failed to fetch");
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, failure) });

  await expect(client("tasks")).rejects.toBe(failure);
});

test("a Request with a body is sent again whole", async () => {
  const api = await startServer(refusing("token_expired", isStale));
  const client = clientOf({ baseURL: api.url, now, ...tokensInTurn(stale, fresh) });

  const response = await client(new Request(`${api.url}/tasks`, { method: "POST", body: "again" }));

  expect(response.status).toBe(200);
  expect(api.received.map(({ body }) => body)).toEqual(["again", "again"]);
});

test("a stream is sent once, and the next call has a new token", async () => {
  const api = await startServer(refusing("token_expired", isStale));
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

test("an abort during the refresh ends the call without a second request", async () => {
  const api = await startServer(refusing("token_expired", isStale));
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

test("a call of the last user is not repeated with the token of the next", async () => {
  const api = await startServer((request, response) => {
    client.clearToken();
    refusing("token_expired", isStale)(request, response);
  });
  const source = tokensInTurn(stale, tokenOf("next user"));
  const client = clientOf({ baseURL: api.url, now, getToken: source.getToken });

  const response = await client("tasks", { method: "DELETE" });

  expect(response.status).toBe(401);
  expect(api.tokens()).toEqual([stale]);
  expect(source.calls).toBe(1);
});

test("nor when the user changes during the refresh", async () => {
  const api = await startServer(refusing("token_expired", isStale));
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
