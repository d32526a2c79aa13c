import { expect, test } from "vitest";
import type { Environment } from "../../../src/server/config/environment.ts";
import { Browser } from "../browser.ts";
import { runningWeb } from "../web.ts";

/** Signs in with wrong passwords, each time with another address in X-Forwarded-For. */
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

// The count is kept in the process, by address. Each test uses other addresses.
test("in production, rejects the fourth password in ten seconds, whatever the client sends", async () => {
  expect(await tries({ NODE_ENV: "production", BETTER_AUTH_URL: undefined }, 4)).toEqual([
    401, 401, 401, 429,
  ]);
});

test("behind a trusted proxy, counts by the address that the proxy saw", async () => {
  const proxied = { NODE_ENV: "production", TRUSTED_PROXIES: "127.0.0.1" };
  expect(await tries(proxied, 4)).toEqual([401, 401, 401, 401]);
});

test("limits nothing outside production", async () => {
  expect(await tries({}, 4)).toEqual([401, 401, 401, 401]);
});
