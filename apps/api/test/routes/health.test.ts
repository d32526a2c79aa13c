import { createTestIssuer } from "@usher-auth/testing";
import { remoteJwks } from "@usher-auth/verify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../support/api.ts";

const jwks = JSON.stringify(createTestIssuer({ algorithm: "EdDSA" }).jwks());
const time = { now: Date.now() };
let issuerIsUp = false;
let api: TestApi;

beforeAll(async () => {
  const fetch = async () => {
    if (!issuerIsUp) throw new Error("the issuer is out");
    return new Response(jwks);
  };
  api = await openTestApi(undefined, undefined, () =>
    remoteJwks("https://app.example.com/api/auth/jwks", { fetch, clock: () => time.now }),
  );
});
afterAll(() => api.close());

const ready = async () => {
  const { statusCode, ...answer } = await api.app.inject("/health/ready");
  const { status, database, keys, keysAge } = answer.json();
  return [statusCode, { status, database, keys, keysAge }];
};

test("ready fetches missing keys, then reports them as fresh, and as stale in an outage", async () => {
  expect(await ready()).toEqual([
    503,
    { status: "unavailable", database: "up", keys: "missing", keysAge: null },
  ]);
  issuerIsUp = true;
  time.now += 2_000;
  expect(await ready()).toEqual([200, { status: "ready", database: "up", keys: "fresh", keysAge: 0 }]);
  issuerIsUp = false;
  time.now += 3_600_000;
  expect(await ready()).toEqual([200, { status: "ready", database: "up", keys: "stale", keysAge: 3_600 }]);
});
