import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../support/command.ts";
import { labelsWith, runAudit } from "../support/run-audit.ts";
import { type FastApi, findPython, startExample, startFlawed } from "./start.ts";

const issuer = createTestIssuer();
const tokens = {
  USHER_TOKEN_A: issuer.tokenFor("ada"),
  // Only a comparison that ignores case takes it for A's id.
  USHER_TOKEN_B: issuer.tokenFor("Ada"),
  USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
};

let python: { readonly program: string } | { readonly missing: string };
beforeAll(async () => {
  python = await findPython();
}, 300_000);

type Start = (python: string) => Promise<FastApi>;

/** Audits an API with `--writes`; skips the test without Python. */
async function audit(start: Start, skip: (reason: string) => void): Promise<Run | undefined> {
  if ("missing" in python) {
    skip(python.missing);
    return undefined;
  }
  const api = await start(python.program);
  try {
    const run = await runAudit([`${api.url}/openapi.json`, "--writes", "--json"], tokens);
    expect(run.errors).toBe("");
    return run;
  } finally {
    await api.stop();
  }
}

const flawed =
  (flaw: string): Start =>
  (program) =>
    startFlawed(program, flaw, issuer);

const folder = mkdtempSync(join(tmpdir(), "usher-audit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.for<[name: string, start: Start]>([
  ["a FastAPI without flaws", flawed("")],
  ["the example in FastAPI", (program) => startExample(program, folder, issuer)],
])("%s passes every check", async ([, start], { skip }) => {
  const run = await audit(start, skip);
  if (run === undefined) return;
  for (const verdict of ["failed", "unclear", "skipped"]) expect(labelsWith(run, verdict)).toEqual([]);
  expect(run.exitCode).toBe(0);
});

const all = [
  "GET /tasks",
  "GET /export",
  "GET /api/{user_id}/tasks",
  "POST /api/{user_id}/tasks",
  "GET /api/{user_id}/tasks/{task_id}",
  "PUT /api/{user_id}/tasks/{task_id}",
  "DELETE /api/{user_id}/tasks/{task_id}",
];
const withOwner = all.slice(2);
const reading = all.filter((label) => label.startsWith("GET"));

test.for<[flaw: string, check: string, operations: string[]]>([
  ["open_route", "no_token", ["GET /export"]],
  ["head_unguarded", "no_token", ["GET /tasks"]],
  ["garbage_throws", "garbage_token", all],
  ["signature_ignored", "tampered_token", all],
  ["unsigned_accepted", "unsigned_token", all],
  ["expired_accepted", "expired_token", all],
  ["token_in_query", "misplaced_token", all],
  ["owner_ignored", "other_owner", withOwner],
  ["owner_in_any_case", "other_owner", withOwner],
  ["refusal_quotes", "other_owner", withOwner],
  ["owner_in_raw_path", "path_spelling", withOwner],
  ["object_by_id", "other_object", ["GET /api/{user_id}/tasks/{task_id}"]],
  ["write_by_id", "other_object", ["PUT /api/{user_id}/tasks/{task_id}"]],
  ["delete_by_id", "other_object", ["DELETE /api/{user_id}/tasks/{task_id}"]],
  ["list_of_everybody", "other_data", ["GET /tasks"]],
  ["export_of_everybody", "other_data", ["GET /export"]],
  ["method_override", "method_override", reading],
])("finds %s by the check %s", async ([flaw, check, operations], { skip }) => {
  const run = await audit(flawed(flaw), skip);
  if (run === undefined) return;
  const found = operations.map((label) => `${label} ${check}`);
  expect(labelsWith(run, "failed")).toEqual(found);
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(run.exitCode).toBe(1);
});
