import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../support/api.ts";
import { expectProblem } from "../support/problem.ts";
import { killLeftovers, startProcess } from "../support/process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { untouchableDatabase } from "../support/untouchable-database.ts";

const folder = temporaryFolder();
let api: TestApi;
beforeAll(async () => {
  await copyPreparedDatabase(join(folder.path, "api"));
  api = await openTestApi(untouchableDatabase, undefined, undefined, { showRefusals: true });
});
afterAll(async () => {
  killLeftovers();
  await api.close();
  folder.remove();
});

const here = { host: "localhost:3001" };

/** A request that the guard refuses, and the path of its report. */
async function refused(headers: Record<string, string> = {}) {
  const answer = await api.app.inject({ url: "/api/bob/tasks", headers: { ...here, ...headers } });
  return { answer, report: answer.headers["x-refusal"] };
}

test("a refused request's response names its report, which has the code and the hint of the log", async () => {
  const token = api.issuer.tokenFor("ada", { expired: true });
  const { answer, report } = await refused({ authorization: `Bearer ${token}` });
  expectProblem(answer, 401, "token_expired");
  expect(report).toBe(`/dev/refusals/${answer.headers["x-request-id"]}`);

  const shown = await api.app.inject({ url: String(report), headers: here });
  expect(shown.statusCode).toBe(200);
  expect(shown.headers["cache-control"]).toBe("no-store");
  const logged = api.logs.map((line) => JSON.parse(line)).find(({ code }) => code === "token_expired");
  expect(shown.json()).toEqual({ code: "token_expired", hint: logged.hint, user: null });
  expect(logged.hint).toMatch(/./);
  for (const part of token.split(".")) expect(shown.body).not.toContain(part);
});

test("names the user of a valid token", async () => {
  const { report } = await refused({ authorization: `Bearer ${api.issuer.tokenFor("ada")}` });
  const shown = await api.app.inject({ url: String(report), headers: here });
  expect(shown.json()).toMatchObject({ code: "owner_mismatch", user: "ada" });
});

test("the page's origin may read both, and no other", async () => {
  const origin = "https://app.example.com";
  const { answer, report } = await refused({ origin });
  expect(answer.headers["access-control-expose-headers"]).toContain("x-refusal");
  const shown = await api.app.inject({ url: String(report), headers: { ...here, origin } });
  expect(shown.headers["access-control-allow-origin"]).toBe(origin);
  const elsewhere = { ...here, origin: "https://evil.example" };
  const other = await api.app.inject({ url: String(report), headers: elsewhere });
  expect(other.headers["access-control-allow-origin"]).toBeUndefined();
});

test("an accepted request has none, and an unknown id is a 404", async () => {
  const answer = await api.app.inject({ url: "/health/live", headers: here });
  expect(answer.headers).not.toHaveProperty("x-refusal");
  expectProblem(await api.app.inject({ url: "/dev/refusals/unknown", headers: here }), 404, "not_found");
});

test("an id that the client chose has none, and shows none of another request", async () => {
  const chosen = await refused({ "x-request-id": "1" });
  expect(chosen.report).toBeUndefined();
  expectProblem(await api.app.inject({ url: "/dev/refusals/1", headers: here }), 404, "not_found");

  const { answer, report } = await refused();
  const same = { "x-request-id": String(answer.headers["x-request-id"]) };
  const accepted = await api.app.inject({ url: "/health/live", headers: { ...here, ...same } });
  expect(accepted.headers).not.toHaveProperty("x-refusal");
  await refused({ ...same, authorization: "Bearer a.b.c" });
  const shown = await api.app.inject({ url: String(report), headers: here });
  expect(shown.json()).toMatchObject({ code: "credentials_missing" });
});

test("is not shown under another name, or through a proxy", async () => {
  const { report } = await refused();
  expect(report).toBeDefined();
  for (const headers of [
    { host: "api.example.com" },
    { ...here, "x-forwarded-for": "192.0.2.1" },
    { ...here, forwarded: "for=192.0.2.1" },
  ]) {
    expect((await refused(headers)).report).toBeUndefined();
    expectProblem(await api.app.inject({ url: String(report), headers }), 404, "not_found");
  }
});

test("is not in the OpenAPI document", async () => {
  expect((await api.app.inject("/openapi.json")).body).not.toContain("/dev/");
});

test.each([
  ["on loopback", {}, true],
  ["in production", { NODE_ENV: "production" }, false],
  ["on all interfaces", { HOST: "0.0.0.0" }, false],
])("a process %s", async (_where, environment, isOn) => {
  const { secret } = createTestIssuer();
  const { url, kill, ended } = await startProcess({
    BETTER_AUTH_SECRET: secret,
    DATA_DIR: folder.path,
    ...environment,
  });
  const answer = await fetch(`${url}/api/ada/tasks`);
  expect(answer.status).toBe(401);
  expect(answer.headers.has("x-refusal")).toBe(isOn);
  const report = await fetch(`${url}/dev/refusals/${answer.headers.get("x-request-id")}`);
  expect(report.status).toBe(isOn ? 200 : 401);
  kill("SIGTERM");
  await ended;
});
