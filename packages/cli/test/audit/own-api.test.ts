import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { afterAll, expect, test } from "vitest";
import { auditOfOwnApi, shown, withoutTime } from "./support/guide.ts";
import { openOwnApi } from "./support/own-api.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";

const api = await openOwnApi();
afterAll(() => api.close());

const modes: [string, TestIssuer][] = [
  ["a shared secret", createTestIssuer()],
  ["key pairs", createTestIssuer({ algorithm: "EdDSA" })],
];

test.each(modes)("our own API passes every check with %s", async (_mode, issuer) => {
  const url = await api.serve(issuer);
  const tokens = {
    USHER_TOKEN_A: issuer.tokenFor("ada"),
    USHER_TOKEN_B: issuer.tokenFor({ id: "Zoë/2+Grace" }),
    USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
  };
  const run = await runAudit([`${url}/openapi.json`, "--writes", "--json"], tokens);
  const { operations, notes, halt } = reportOf(run);
  expect(run).toMatchObject({ exitCode: 0, errors: "" });
  expect(halt).toBeNull();
  for (const verdict of ["failed", "unclear", "skipped"]) expect(labelsWith(run, verdict)).toEqual([]);

  const guarded = operations.filter((operation) => !operation.public);
  expect(guarded.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/{userId}/tasks",
    "POST /api/{userId}/tasks",
    "GET /api/{userId}/tasks/{taskId}",
    "PUT /api/{userId}/tasks/{taskId}",
    "DELETE /api/{userId}/tasks/{taskId}",
    "PATCH /api/{userId}/tasks/{taskId}/complete",
  ]);
  for (const { method, path, checks } of guarded) {
    for (const { check, status, hasChallenge, hasProblem } of checks) {
      if (check === "other_object" && !path.includes("{taskId}")) continue;
      // No such token was given, and no operation states an exception.
      if (check === "revoked_token" || check === "exception") continue;
      if (check === "other_data") {
        expect(status).toBe(method === "GET" ? 200 : null);
        continue;
      }
      const expected =
        check === "other_object" ? 404 : check === "other_owner" || check === "path_spelling" ? 403 : 401;
      const flags = expected === 401 ? { hasChallenge: true } : {};
      expect({ check, status, hasProblem, ...(expected === 401 && { hasChallenge }) }).toEqual({
        check,
        status: expected,
        hasProblem: true,
        ...flags,
      });
    }
  }
  expect(operations.filter((operation) => operation.public).map(({ path }) => path)).toEqual([
    "/health/live",
    "/health/ready",
    "/openapi.json",
    "/backchannel-logout",
  ]);
  // It deleted everything that it created.
  expect(notes.filter((note) => note.startsWith("Created"))).toEqual([]);
  for (const [id, token] of [
    ["ada", tokens.USHER_TOKEN_A],
    ["Zoë/2+Grace", tokens.USHER_TOKEN_B],
  ] as const) {
    const response = await fetch(`${url}/api/${encodeURIComponent(id)}/tasks`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await response.json()).toMatchObject({ tasks: [] });
  }
});

test("the guide shows the real output for this API", async () => {
  expect(withoutTime(shown().get("sound") ?? "")).toBe(withoutTime(await auditOfOwnApi(api)));
});
