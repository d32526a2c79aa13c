import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { usher } from "../../support/command.ts";
import { type Backend, startBackend } from "../support/backend.ts";
import { runAudit } from "../support/run-audit.ts";
import { temporaryFiles } from "../support/temporary-file.ts";
import { issuer, tokens } from "../support/test-users.ts";

let server: Backend;
beforeAll(async () => {
  server = await startBackend(issuer.secret, { notes: "finds objects by id alone", lists: "open" }, [
    "ada",
    "grace",
  ]);
});
afterAll(() => server.close());

test("prints the table, the findings with their fixes, what was not tried, and a summary", async () => {
  const { output, exitCode } = await runAudit([server.documentUrl], tokens);
  const lines = output.split("\n");
  const row = (start: string) =>
    lines
      .find((line) => line.startsWith(start))
      ?.slice(start.length)
      .trim()
      .split(/ {2,}/);
  expect(row("operation ")).toEqual([
    "none",
    "garbage",
    "tampered",
    "alg none",
    "expired",
    "misplaced",
    "owner",
    "spelling",
    "object",
    "data",
    "override",
  ]);
  expect(row("GET /users/{user_id}/notes/{item_id}")).toEqual([
    "✓ 401 w",
    "✓ 401 w",
    "✓ 401 w",
    "✓ 401 w",
    "✓ 401 w",
    "✓ 401 w",
    "✓ 403",
    "✓ 403",
    "✗ 200",
    "✓ 200",
    "✓ 401 w",
  ]);
  expect(row("GET /users/{user_id}/lists ")?.slice(0, 2)).toEqual(["✗ 200", "-"]);
  expect(row("POST /users/{user_id}/lists")).toContain("-");
  expect(row("GET /health")).toEqual(["○ 200", "○ 200"]);
  expect(output).toContain(
    "GET /users/{user_id}/notes/{item_id} answered 200, with data that only B's own answer contains [other_object]",
  );
  expect(output).toContain("Sent: A's token with the id of B's object.");
  expect(output).toContain("→  Look up objects by id and owner together");
  expect(output).toMatch(/it changes data: add --writes to try it\n {4}POST .*: every check/);
  expect(lines.at(-2)).toMatch(
    /^Failed: 11 operations, checks: \d+ passed, 3 failed, 2 accepted, \d+ not tried\. \d+ requests in /,
  );
  expect(exitCode).toBe(1);
});

test("shows colours and a progress bar only on a terminal", async () => {
  const words = ["audit", "--rate", "100000", server.documentUrl];
  const seen = await usher(words, { environment: tokens, isTTY: true });
  expect(seen.output).toContain("\u001b[32m");
  expect(stripVTControlCharacters(seen.errors)).toMatch(/\r█+░* \d+\/143 GET \/users/);
  expect(seen.errors.endsWith("\r\u001b[2K")).toBe(true);
  const piped = await usher(words, { environment: tokens });
  expect(piped.output + piped.errors).not.toContain("\u001b");
});

test("JUnit has a suite for each operation and a case for each check", async () => {
  const files = temporaryFiles();
  await runAudit([server.documentUrl, "--junit", files.path("junit.xml")], tokens);
  const xml = files.read("junit.xml");
  expect(xml.match(/<testsuite /g)).toHaveLength(11);
  expect(xml.match(/<testcase /g)).toHaveLength(143);
  expect(xml).toMatch(
    /<testsuites name="usher-auth audit" tests="143" failures="3" errors="0" skipped="\d+"/,
  );
  expect(xml).toMatch(
    /<testsuite name="GET \/users\/\{user_id\}\/notes\/\{item_id\}" tests="13" failures="1" errors="0" skipped="2">/,
  );
  expect(xml).toContain(
    '<failure message="answered 200, with data that only B&apos;s'.replace("&apos;", "'"),
  );
  for (const tag of ["testsuites", "testsuite", "failure"]) {
    expect(xml.match(new RegExp(`<${tag}[ >]`, "g"))).toHaveLength(
      xml.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0,
    );
  }
});

test("SARIF has a result for each finding, at the operation's line in the document", async () => {
  const files = temporaryFiles();
  const text = JSON.stringify(await (await fetch(server.documentUrl)).json(), null, 2);
  const document = files.write("openapi.json", text);
  await runAudit([document, "--server", `${server.url}/v1`, "--sarif", files.path("audit.sarif")], tokens);
  const { version, runs } = JSON.parse(files.read("audit.sarif"));
  expect(version).toBe("2.1.0");
  const [{ tool, results, invocations }] = runs;
  expect(invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
  expect(results.map(({ ruleId }: { ruleId: string }) => ruleId).sort()).toEqual([
    "no_token",
    "no_token",
    "other_object",
  ]);
  for (const { ruleId, ruleIndex, level, locations } of results) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(level).toBe("error");
    const [{ physicalLocation, logicalLocations }] = locations;
    expect(physicalLocation.artifactLocation.uri).toBe(`file://${document}`);
    const [method, path] = logicalLocations[0].fullyQualifiedName.split(" ");
    const line = physicalLocation.region.startLine;
    const before = text.split("\n").slice(0, line).join("\n");
    expect(before.trimEnd().endsWith(`"${method.toLowerCase()}": {`)).toBe(true);
    expect(before.lastIndexOf(`"${path}": {`)).toBe(before.lastIndexOf('"/'));
  }
});

test("reports a file that cannot be written", async () => {
  const run = await runAudit([server.documentUrl, "--junit", "/nowhere/junit.xml"], tokens);
  expect(run).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining("Cannot write /nowhere/junit.xml (ENOENT)"),
  });
});
