import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Suites with every result, and counts. */
const suites = {
  "good.test.ts": `
    import { count } from ${JSON.stringify(pathOf("counts.ts"))};
    describe("all is well", () => {
      it("counts", (test) => { count(test, { tokens: 1200, differences: 0 }); count(test, { tokens: 34 }); });
      it("counts on", (test) => count(test, { tokens: 1, "found later": 1 }));
    });
    describe("not all is well", () => {
      it("fails", (test) => { count(test, { requests: 1 }); throw new Error("as it should"); });
      it.skip("is skipped", () => {});
    });`,
  "prepared.test.ts": `
    beforeAll(() => { throw new Error("as it should"); });
    describe("never run", () => { it("waits", () => {}); });`,
  "broken.test.ts": `throw new Error("as it should");`,
};

const expected = `
 all is well                   2 passed   1,235 tokens   0 differences   1 found later
 broken.test.ts             0 passed, could not run
 never run               0 passed, 1 skipped
 not all is well         0 passed, 1 failed, 1 skipped   1 requests
 prepared.test.ts           0 passed, could not run
`;

describe("summary of the security suites", () => {
  it("has a line for each suite, before vitest's own summary, which is the last thing printed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "usher-summary-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(suites)) writeFileSync(join(folder, name), text);
    writeFileSync(
      join(folder, "vitest.config.mts"),
      `import { securitySummary } from ${JSON.stringify(pathOf("summary.ts"))};
      export default { test: { name: "security", globals: true, reporters: [securitySummary(), "default"] } };`,
    );
    const printed = await runVitest(folder);
    const lines = printed.split("\n").map((line) => line.trim().replace(/ {2,}/g, "  "));
    const wanted = expected
      .trim()
      .split("\n")
      .map((line) => line.trim().replace(/ {2,}/g, "  "));
    const first = lines.indexOf(wanted[0] as string);
    expect(lines.slice(first, first + wanted.length), printed).toEqual(wanted);
    expect(lines.findIndex((line) => line.startsWith("Test Files  3 failed"))).toBeGreaterThan(
      first + wanted.length,
    );
  });
});

/** What a run of that folder prints, which is to fail. */
function runVitest(folder: string): Promise<string> {
  const program = pathOf("../../../node_modules/vitest/vitest.mjs");
  const environment = { PATH: process.env.PATH, NO_COLOR: "1", CI: "1" };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, "run", "--root", folder], { env: environment }, (error, stdout) => {
      if (error === null) reject(new Error("the run passed"));
      else resolve(stripVTControlCharacters(stdout));
    });
  });
}
