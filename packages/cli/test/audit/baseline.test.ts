import { afterAll, expect, test } from "vitest";
import { parseBaseline } from "../../src/audit/baseline.ts";
import { startBackend } from "./support/backend.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import { temporaryFiles } from "./support/temporary-file.ts";
import { issuer, tokens } from "./support/test-users.ts";

const server = await startBackend(
  issuer.secret,
  { announcements: "open", notes: "finds objects by id alone" },
  ["ada", "grace"],
);
afterAll(() => server.close());

test("accepts what it lists, and reports public operations that it does not list", async () => {
  const { write } = temporaryFiles();
  const baseline = write(
    "audit.txt",
    `# Known
GET /users/{user_id}/announcements           # everyone may read these
get /users/{user_id}/announcements/{item_id}
GET /users/{user_id}/notes/{item_id} other_object
GET /gone no_token
`,
  );
  const run = await runAudit([server.documentUrl, "--baseline", baseline, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /health no_token"]);
  expect(labelsWith(run, "accepted")).toContain("GET /users/{user_id}/notes/{item_id} other_object");
  expect(labelsWith(run, "accepted")).toContain("GET /users/{user_id}/announcements no_token");
  expect(reportOf(run).notes).toContain("Baseline entries that matched nothing: GET /gone no_token.");
  expect(run.exitCode).toBe(1);

  const whole = write(
    "whole.txt",
    [
      "GET /health",
      "GET /users/{user_id}/announcements",
      "GET /users/{user_id}/announcements/{item_id}",
      "GET /users/{user_id}/notes/{item_id} other_object",
    ].join("\n"),
  );
  expect(await runAudit([server.documentUrl, "--baseline", whole], tokens)).toMatchObject({
    exitCode: 0,
    errors: "",
  });
});

test.each([
  ["a line without a path", "GET /a\n\nGET\n", /^audit\.txt, line 3: .*no_token/],
  ["an unknown check", "GET /a no_such_check", /^audit\.txt, line 1: .*no_token/],
])("rejects %s, and names the line", (_what, text, message) => {
  expect(() => parseBaseline(text, "audit.txt")).toThrow(message);
});
