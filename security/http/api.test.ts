import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RawResponse, sendBytes } from "../../packages/verify/test/contract/raw-request.ts";
import { type RunningApi, startApi } from "./api-process.ts";
import { bodyCases } from "./bodies.ts";
import { bearer, get, type HostileCase, type Ingredients } from "./cases.ts";
import { credentialCases } from "./credentials.ts";
import { framingCases } from "./framing.ts";
import { pathCases } from "./paths.ts";
import { tokenCases } from "./tokens.ts";

const issuer = createTestIssuer();
const ingredients: Ingredients = {
  issuer,
  token: issuer.tokenFor("alice", { expiresIn: 3600 }),
  otherToken: issuer.tokenFor("bob", { expiresIn: 3600 }),
};
const groups: Readonly<Record<string, readonly HostileCase[]>> = {
  credentials: credentialCases(ingredients),
  tokens: tokenCases(ingredients),
  paths: pathCases(ingredients),
  framing: framingCases(ingredients),
  bodies: bodyCases(ingredients),
};

/** The challenge of each code that has one (RFC 6750 section 3), written down here a second time on purpose. */
const challenges: Readonly<Record<string, RegExp>> = {
  credentials_missing: /^Bearer realm="api"$/,
  owner_mismatch: /^Bearer realm="api"$/,
  credentials_ambiguous: /^Bearer realm="api", error="invalid_request", error_description="[^"\\]+"$/,
};
const invalidToken = /^Bearer realm="api", error="invalid_token", error_description="[^"\\]+"$/;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(issuer);
});
afterAll(async () => {
  await api?.stop();
});

describe.each(Object.entries(groups))("hostile HTTP: %s", (_group, cases) => {
  it.each(cases)("$name", async ({ request, status, code }) => {
    const answer = await sendBytes(api.origin, request);
    expect([status].flat(), answer.body).toContain(answer.status);
    if (typeof code === "string") expectProblem(answer, code);
    if (answer.status === 401) expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="api"/);
    // Nothing of a request comes back, and no second answer: the rest of it was not taken for another request.
    expect(`${answer.body}${JSON.stringify(answer.headers)}`).not.toContain(ingredients.token.slice(-20));
    expect(answer.rest).toBe("");
  });
});

describe("hostile HTTP: afterwards", () => {
  it("tried at least 120 cases", () => {
    const counts = Object.entries(groups).map(([group, { length }]) => `${group} ${length}`);
    const total = Object.values(groups).flat().length;
    console.log(`hostile HTTP: ${total} cases (${counts.join(", ")})`);
    expect(total).toBeGreaterThan(120);
  });

  it("the same process still serves, and has logged no error, no token and no secret", async () => {
    expect((await sendBytes(api.origin, get("/api/alice/tasks", bearer(ingredients.token)))).status).toBe(200);
    expect(api.isRunning()).toBe(true);
    const log = api.log();
    expect(log.split("\n").filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    expect(log).not.toContain(ingredients.token.slice(-20));
    expect(log).not.toContain(ingredients.otherToken.slice(-20));
    expect(log).not.toContain(issuer.secret);
  });
});

function expectProblem({ status, headers, body }: RawResponse, code: string): void {
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(headers["cache-control"]).toBe("no-store");
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: `urn:usher-auth:error:${code}`, status, code });
  const challenge = challenges[code] ?? (status === 401 ? invalidToken : undefined);
  if (challenge === undefined) expect(headers).not.toHaveProperty("www-authenticate");
  else expect(headers["www-authenticate"]).toMatch(challenge);
}
