import { expect, test } from "vitest";
import type { Environment } from "../../../src/server/config/environment.ts";
import { Browser } from "../browser.ts";
import { runningWeb } from "../web.ts";

/** Signs in with wrong passwords, each time claiming to come from another address. */
async function tries(changes: Environment, count: number): Promise<number[]> {
  const { url } = await runningWeb(changes);
  const browser = new Browser(url);
  const statuses: number[] = [];
  for (let last = 1; last <= count; last++) {
    const forwarded = {
      "x-forwarded-for": `203.0.113.${last}`,
      "x-usher-client-address": `203.0.113.${last}`,
    };
    statuses.push((await browser.signIn("nobody@example.com", forwarded, "a wrong password")).status);
  }
  return statuses;
}

// The count is kept for the process, by address; each test has an address of its own.
test("in production the fourth password tried within ten seconds is not looked at, whatever address is claimed", async () => {
  expect(await tries({ NODE_ENV: "production", BETTER_AUTH_URL: undefined }, 4)).toEqual([
    401, 401, 401, 429,
  ]);
});

test("behind a trusted proxy, the address that the proxy saw counts", async () => {
  const proxied = { NODE_ENV: "production", TRUSTED_PROXIES: "127.0.0.1" };
  expect(await tries(proxied, 4)).toEqual([401, 401, 401, 401]);
});

test("outside of production nothing is limited", async () => {
  expect(await tries({}, 4)).toEqual([401, 401, 401, 401]);
});
