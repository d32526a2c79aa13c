import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killLeftovers } from "../../../apps/api/test/support/process.ts";
import { type RawResponse, sendBytes } from "../../../packages/verify/test/contract/raw-request.ts";
import { count } from "../report/counts.ts";
import { type RunningApi, startApi } from "./api-process.ts";
import { apiCases, apiHabits } from "./cases/api.ts";
import { bearer, get, type Ingredients, ownPath } from "./cases/case.ts";
import { hostileTable } from "./cases/table.ts";
import { withHabits } from "./differences.ts";
import { expectAnswer } from "./expectations.ts";

const issuer = createTestIssuer();
const ingredients: Ingredients = {
  issuer,
  token: issuer.tokenFor("alice", { expiresIn: 3600 }),
  otherToken: issuer.tokenFor("bob", { expiresIn: 3600 }),
  publicPath: "/health/live",
};
const cases = withHabits([...hostileTable(ingredients), ...apiCases(ingredients)], apiHabits);

describe("hostile HTTP, the real API", () => {
  let api: RunningApi;
  // Other suites may keep the machine busy.
  beforeAll(async () => {
    api = await startApi(issuer);
  }, 180_000);
  afterAll(async () => {
    await api?.stop();
    killLeftovers();
  }, 60_000);

  it("has a table of at least 120 cases, each with a unique name", () => {
    expect(cases.length).toBeGreaterThan(120);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it.for(cases)("$name", async (hostile, test) => {
    count(test, { requests: 1, "as expected": 0 });
    const answer = await sendBytes(api.origin, hostile.request);
    expectAnswer(answer, hostile, ingredients);
    if (typeof hostile.code === "string") expectProblem(answer, hostile.code);
    count(test, { "as expected": 1 });
  });

  it("still serves, and has logged no error, token or secret", async (test) => {
    count(test, { crashes: api.isRunning() ? 0 : 1 });
    expect((await sendBytes(api.origin, get(ownPath, bearer(ingredients.token)))).status).toBe(200);
    expect(api.isRunning()).toBe(true);
    const log = api.log();
    expect(log.split("\n").filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    expect(log).not.toContain(ingredients.token.slice(-20));
    expect(log).not.toContain(ingredients.otherToken.slice(-20));
    expect(log).not.toContain(issuer.secret);
  });
});

/** What the API's framework or Node's parser rejects has the same form as the guard's rejections. */
function expectProblem({ status, headers, body }: RawResponse, code: string): void {
  expect(headers).toMatchObject({ "content-type": "application/problem+json", "cache-control": "no-store" });
  expect(JSON.parse(body)).toMatchObject({ type: `urn:usher-auth:error:${code}`, status, code });
  if (status !== 401 && code !== "owner_mismatch" && code !== "credentials_ambiguous") {
    expect(headers).not.toHaveProperty("www-authenticate");
  }
}
