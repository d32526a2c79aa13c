import { afterAll, expect, test } from "vitest";
import { parseBaseline } from "../../src/audit/baseline.ts";
import { issuer, tokens } from "./support/people.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import { startShelves } from "./support/shelf-server.ts";
import { temporaryFiles } from "./support/temporary-file.ts";

const server = await startShelves(
  issuer.secret,
  { announcements: "open", notes: "finds things by id alone" },
  ["ada", "grace"],
);
afterAll(() => server.close());

test("accepts what it lists, and finds what is open and not in it, whatever the document says", async () => {
  const { write } = temporaryFiles();
  const baseline = write(
    "audit.txt",
    `# Known
GET /users/{user_id}/announcements           # everybody may read those
get /users/{user_id}/announcements/{item_id}
GET /users/{user_id}/notes/{item_id} other_object
GET /gone no_token
`,
  );
  const run = await runAudit([server.documentUrl, "--baseline", baseline, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /health no_token"]);
  expect(labelsWith(run, "accepted")).toContain("GET /users/{user_id}/notes/{item_id} other_object");
  expect(labelsWith(run, "accepted")).toContain("GET /users/{user_id}/announcements no_token");
  expect(reportOf(run).notes).toContain("In the baseline for nothing: GET /gone no_token.");
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

test("a line that is none is refused by its number", () => {
  expect(() => parseBaseline("GET /a\n\nGET\n", "audit.txt")).toThrow(/audit.txt, line 3/);
  expect(() => parseBaseline("GET /a no_such_check", "audit.txt")).toThrow(/line 1: .*no_token/);
});
