import { describe, expect, test } from "vitest";
import { freshFor } from "../../src/token/freshness.ts";
import { clientOf } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { NOON } from "../support/tokens.ts";

const MINUTE = 60_000;

/** A token that was issued by the right clock, and lives so many seconds. */
function issuedAt(now: number, lifetime = 900, claims: object = {}): string {
  const iat = Math.floor(now / 1000);
  const payload = { sub: "anna", iat, exp: iat + lifetime, ...claims };
  return ["{}", JSON.stringify(payload), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
}

describe("how long a token that was just fetched can be used", () => {
  test.each([
    ["the clock is right", 0, 870],
    ["the clock is 5 minutes ahead", 5, 570],
    ["the clock is 14 minutes ahead", 14, 30],
    ["the clock is 15 minutes ahead: the token has no time left, so the clock is wrong", 15, 870],
    ["the clock is 20 minutes ahead", 20, 870],
    ["the clock is years ahead", 5_000_000, 870],
    ["the clock is 5 minutes behind: the token is from the future, so the clock is wrong", -5, 870],
    ["the clock is 20 minutes behind", -20, 870],
    ["the clock is years behind", -5_000_000, 870],
  ])("%s", (_name, minutes, seconds) => {
    expect(freshFor(issuedAt(NOON), NOON + minutes * MINUTE)).toBe(seconds * 1000);
  });

  test.each([
    ["without `iat`, by this clock", { iat: undefined }, 870],
    ["with an `iat` that is not a number, by this clock", { iat: "now" }, 870],
    ["without `exp`: not at all", { exp: undefined }, 0],
    ["with an `iat` after its `exp`: not at all", { iat: NOON }, 0],
    ["of 40 seconds: for half of them", { exp: NOON / 1000 + 40 }, 20],
    ["of 10 seconds: for half of them", { exp: NOON / 1000 + 10 }, 5],
    ["of 20 seconds without `iat`: not at all", { iat: undefined, exp: NOON / 1000 + 20 }, 0],
  ])("%s", (_name, claims, seconds) => {
    expect(freshFor(issuedAt(NOON, 900, claims), NOON)).toBe(seconds * 1000);
  });
});

test.each([20, -20, 0])("20 calls share a token where the clock is %d minutes wrong", async (minutes) => {
  const api = await startServer();
  let [fetches, time] = [0, NOON];
  const client = clientOf({
    baseURL: api.url,
    now: () => time + minutes * MINUTE,
    async getToken() {
      fetches += 1;
      return issuedAt(time);
    },
  });
  for (let call = 0; call < 20; call++) {
    time += 1000;
    expect((await client("tasks")).status).toBe(200);
  }
  expect(fetches).toBe(1);
  time += 14.5 * MINUTE;
  await client("tasks");
  expect(fetches).toBe(2);
});

test("a clock that is set back never makes a token last longer", async () => {
  const api = await startServer();
  let [fetches, clock] = [0, NOON];
  const client = clientOf({
    baseURL: api.url,
    now: () => clock,
    async getToken() {
      fetches += 1;
      return issuedAt(NOON);
    },
  });
  await client("1");
  clock -= MINUTE;
  await client("2");
  await client("3");
  expect(fetches).toBe(2);
});
