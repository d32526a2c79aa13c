import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { userIn } from "./support/backend-token.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import { startApi } from "./support/start-api.ts";
import { issuer, tokens } from "./support/test-users.ts";

test("exits with 2 if no check could run", async () => {
  const document = await startApi({ "/a": { post: {} } }, () => [401]);
  expect(await runAudit([document], tokens)).toMatchObject({
    exitCode: 2,
    output: expect.stringMatching(/^Incomplete: 1 operations, checks: 0 passed/m),
  });
});

test("exits with 2 if --max-requests is reached", async () => {
  const document = await startApi({ "/a": { get: {} }, "/b": { get: {} } }, (_, user) =>
    user ? [200, {}] : [401],
  );
  const run = await runAudit([document, "--max-requests", "9", "--json"], tokens);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run)).toMatchObject({ halt: "budget", summary: { requests: 9 } });
  expect(labelsWith(run, "skipped")).toContain("GET /b no_token");
});

test("exits with 2 if a token expires during the audit", async () => {
  const document = await startApi({ "/a": { get: {} } }, (_, user) => (user ? [200, {}] : [401]));
  const ending = {
    ...tokens,
    USHER_TOKEN_B: issuer.tokenFor("grace", { claims: { exp: Math.floor(Date.now() / 1000) + 4 } }),
  };
  const run = await runAudit([document, "--json"], ending);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run)).toMatchObject({ halt: "expiry", summary: { requests: 0, passed: 0 } });
  expect(reportOf(run).operations[0]?.checks[0]?.reason).toContain("a token expires");
});

test("exits with 2 if an operation signs a user out, because later refusals prove nothing", async () => {
  const signedOut = new Set<string>();
  const document = await startApi({ "/a": { get: {} }, "/sign-out": { post: {} } }, (request, user) => {
    // A 400 has to be compared with the answer to the user's own request, which signs the user out.
    if (user === undefined && request.method === "POST") return [400];
    if (user === undefined || signedOut.has(user)) return [401];
    if (request.method === "POST") signedOut.add(user);
    return [200, {}];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run).halt).toBe("refused");
  expect(reportOf(run).notes.join()).toContain("rejected a token that it had accepted before");
});

test("exits with 2 if the API stops answering", async () => {
  let count = 0;
  const url = await startServer(() => (request, response) => {
    const isDocument = request.url === "/openapi.json";
    if (!isDocument && ++count > 6) return response.destroy();
    const user = userIn(request.headers.authorization, issuer.secret);
    response
      .writeHead(isDocument || user ? 200 : 401)
      .end(isDocument ? '{"openapi":"3.0.0","paths":{"/a":{"get":{}}}}' : "{}");
    return response;
  });
  const run = await runAudit([`${url}/openapi.json`, "--json"], tokens);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run).halt).toBe("silence");
});
