import { beforeAll, describe, expect, test } from "vitest";
import { auditExample, type ExampleAudit, resultsWith } from "./audit-example.ts";
import { leaks } from "./leaks.ts";

describe("the example for organizations", () => {
  let sound: ExampleAudit;
  beforeAll(async () => {
    sound = await auditExample();
  });

  test("passes its own audit, with nothing unclear and nothing left behind", () => {
    expect(resultsWith(sound, "failed")).toEqual([]);
    expect(resultsWith(sound, "unclear")).toEqual([]);
    expect(sound.exitCode).toBe(0);
    expect(sound.report.notes.filter((note) => note.startsWith("Created"))).toEqual([]);
    // It has no expired token, and alice may not read invoices.
    const skipped = resultsWith(sound, "skipped").filter((result) => !result.endsWith("expired_token"));
    expect(skipped).toEqual(["GET /invoices other_data"]);
  });

  test("tries every owner parameter, with two tenants and two users of one tenant", () => {
    const untried = sound.report.notes.filter((note) => note.startsWith("Not tried"));
    expect(untried).toEqual([]);
    for (const { method, path, checks } of sound.report.operations.filter(({ path }) => path.includes("{"))) {
      const verdictOf = (id: string) => checks.find(({ check }) => check === id)?.verdict;
      expect([method, path, verdictOf("other_owner"), verdictOf("path_spelling")]).toEqual([
        method,
        path,
        "passed",
        "passed",
      ]);
    }
  });

  test("shows the stated exception, where it is used and where it is refused", () => {
    const stating = sound.report.operations.filter(({ exceptions }) => exceptions.length > 0);
    expect(stating.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/orgs/{orgId}/members/{userId}/notes",
    ]);
    expect(sound.report.notes).toContainEqual(
      expect.stringMatching(
        /^owner, or organization role owner or admin.* \(stated exception\): GET .*\/\{userId\}\/notes\.$/,
      ),
    );
    const exceptionOf = (verdict: string) =>
      resultsWith(sound, verdict).filter((result) => result.endsWith(" exception"));
    expect(exceptionOf("accepted")).toEqual(["GET /members/{userId}/notes exception"]);
    expect(exceptionOf("passed")).toEqual([
      "POST /members/{userId}/notes exception",
      "GET /members/{userId}/notes/{noteId} exception",
      "DELETE /members/{userId}/notes/{noteId} exception",
    ]);
  });

  test("accepts no token where it is optional, and refuses a bad one", () => {
    expect(resultsWith(sound, "accepted")).toContain("GET /greeting no_token");
    expect(resultsWith(sound, "passed")).toContain("GET /greeting garbage_token");
  });
});

describe("the audit finds each leak that is planted in the example, and nothing else", () => {
  test.for(leaks)("$title", { timeout: 300_000 }, async ({ changes, finds }, { signal }) => {
    const audit = await auditExample(changes, signal);
    expect(resultsWith(audit, "failed").sort()).toEqual([...finds].sort());
    expect(resultsWith(audit, "unclear")).toEqual([]);
    expect(audit.exitCode).toBe(1);
  });
});
