import { expect, test } from "vitest";
import { labelsWith, reportOf, runAudit } from "../support/run-audit.ts";
import { startApi } from "../support/start-api.ts";
import { temporaryFiles } from "../support/temporary-file.ts";
import { issuer, tokens } from "../support/test-users.ts";

const paths = { "/me": { get: {} }, "/greeting": { get: { "x-usher": { optionalAuth: true } } } };

/** @param refusesBad Whether a token that is sent must be valid. */
function start(refusesBad: boolean): Promise<string> {
  return startApi(paths, ({ url, headers }, user) => {
    const isAnonymous = headers.authorization === undefined && url?.startsWith("/greeting") === true;
    if (user === undefined && (!url?.startsWith("/greeting") || (refusesBad && !isAnonymous))) return [401];
    return [200, { hello: user ?? "stranger" }];
  });
}

test("no token is accepted where it is optional, and a bad one must be refused", async () => {
  const run = await runAudit([await start(true), "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(labelsWith(run, "accepted")).toEqual(["GET /greeting no_token"]);
  expect(reportOf(run).operations[1]).toMatchObject({ optionalAuth: true, public: false });
  expect(reportOf(run).notes).toContain("The token is optional: GET /greeting.");
});

test("a bad token that is ignored where it is optional is a finding", async () => {
  const run = await runAudit([await start(false), "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(
    ["garbage", "tampered", "unsigned", "expired"].map((kind) => `GET /greeting ${kind}_token`),
  );
});

test("a baseline must list an operation whose token is optional", async () => {
  const files = temporaryFiles();
  const baseline = files.write("audit.txt", "GET /elsewhere");
  const run = await runAudit([await start(true), "--json", "--baseline", baseline], tokens);
  expect(labelsWith(run, "failed")).toContain("GET /greeting no_token");
});

test("a revoked token must be refused", async () => {
  const revoked = issuer.tokenFor("ada", { claims: { jti: "revoked" } });
  const run = await runAudit([await start(true), "--json"], { ...tokens, USHER_REVOKED_TOKEN: revoked });
  expect(labelsWith(run, "failed")).toEqual(["GET /me revoked_token", "GET /greeting revoked_token"]);
});
