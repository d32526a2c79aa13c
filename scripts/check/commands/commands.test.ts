import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { foreignCommands } from "./foreign-commands.ts";

const script = fileURLToPath(new URL("../../check-commands.ts", import.meta.url));
// Concatenated, so that this file passes the check.
const foreign = ["us", "her"].join("");

test("prints where a command would run another project's package, and fails", () => {
  const root = mkdtempSync(join(tmpdir(), "usher-commands-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "docs"));
  writeFileSync(join(root, "docs/guide.md"), `# Guide\n\nnpx ${foreign} doctor\n`);
  writeFileSync(join(root, "good.md"), "npx usher-auth doctor\n");
  const { status, stderr, stdout } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "2 files\n" });
  expect(stderr).toBe(`docs/guide.md:3: "npx ${foreign}": the package and its program are usher-auth\n`);
});

test.each([
  `npx ${foreign} doctor`,
  `npx --yes ${foreign}`,
  `pbpaste | npx  ${foreign} decode`,
  `npm exec -- ${foreign} audit`,
  `pnpm dlx ${foreign}`,
  `bunx ${foreign}`,
  `npm install --save-dev ${foreign}`,
  `\`${foreign} doctor\` says why`,
  `$ ${foreign} audit openapi.json`,
])("rejects %s", (line) => {
  expect(foreignCommands("a.md", line)).toHaveLength(1);
});

test.each([
  "npx usher-auth doctor",
  "npm install @usher-auth/verify",
  `npx usher-auth doctor # not ${foreign}`,
  `import { ${foreign} } from "@usher-auth/verify/fastify";`,
  `An ${foreign} at a theatre`,
  `app.register(${foreign}, { verifier })`,
])("accepts %s", (line) => {
  expect(foreignCommands("a.md", line)).toEqual([]);
});
