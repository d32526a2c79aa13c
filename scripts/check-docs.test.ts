import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("./check-docs.ts", import.meta.url));

test("passes an example that compiles with the packages of this repository", () => {
  const { status, output } = check(
    'import { createVerifier } from "@usher-auth/verify";\nexport const make: unknown = createVerifier;',
  );
  expect(output).toContain("1 examples, 0 exempt");
  expect(status).toBe(0);
});

test("reports an example that does not compile at its line in the document", () => {
  const { status, output } = check('import { nothing } from "@usher-auth/verify";\nconst wrong: number = "text";');
  expect(status).not.toBe(0);
  expect(output).toMatch(/docs\/guide\.md.*\(4,10\): error TS2305/);
  expect(output).toMatch(/docs\/guide\.md.*\(5,7\): error TS2322/);
});

function check(code: string): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), "documents-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "docs"));
  writeFileSync(join(root, "docs/guide.md"), `# Guide\n\n\`\`\`ts\n${code}\n\`\`\`\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  return { status, output: stdout + stderr };
}
