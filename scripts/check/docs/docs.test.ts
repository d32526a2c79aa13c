import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("../../check-docs.ts", import.meta.url));

test("passes an example that compiles with the packages of this repository", () => {
  const { status, output } = check([
    'import { createVerifier } from "@usher-auth/verify";\nexport const make: unknown = createVerifier;',
  ]);
  expect(output).toContain("1 examples, 0 exempt, 0 to run");
  expect(status).toBe(0);
});

test("reports an example that does not compile at its line in the document", () => {
  const { status, output } = check([
    'import { nothing } from "@usher-auth/verify";\nconst wrong: number = "text";',
  ]);
  expect(status).not.toBe(0);
  expect(output).toMatch(/docs\/guide\.md.*\(4,10\): error TS2305/);
  expect(output).toMatch(/docs\/guide\.md.*\(5,7\): error TS2322/);
});

test("checks the examples in the docstrings of packages", () => {
  const docstring = "/**\n * One.\n *\n * @example\n * ```ts\n * const wrong: number = 'text';\n * ```\n */";
  const { status, output } = checkFiles({ "packages/a/src/a.ts": `${docstring}\nexport const a = 1;\n` });
  expect(status).not.toBe(0);
  expect(output).toMatch(/packages\/a\/src\/a\.ts.*\(6,7\): error TS2322/);
});

test("an example imports another one of its folder by the name that it is marked with", () => {
  const list = "export const list = (): string[] => [];";
  const user = 'import { list } from "./tasks.ts";\nexport const count: number = list().length;';
  expect(check([list, "file=tasks.ts"], [user]).status).toBe(0);
  expect(check([list, "file=tasks.ts"], [user.replace("count: number", "count: string")]).output).toMatch(
    /docs\/guide\.md.*error TS2322/,
  );
  expect(check([list, "file=tasks.ts"], [list, "file=tasks.ts"]).output).toContain(
    "there are two examples for tasks.ts",
  );
});

const server = (ownerParam: string) => `import { createServer } from "node:http";
import { verifierFromEnv } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
const guard = usher({ verifier: verifierFromEnv(), ownerParam: ${ownerParam} });
createServer(guard.protect({ path: "/api/:userId/tasks" }, (_request, response) => response.end("x"))).listen(
  Number(process.env.PORT), "127.0.0.1");`;

test("runs servers and programs", { timeout: 120_000 }, () => {
  const { status, output } = check([server('"userId"'), "server"], ["process.exitCode = 0;", "run"]);
  expect(output).toContain("2 examples, 0 exempt, 2 to run");
  expect(status).toBe(0);
});

test("reports an example that fails when it runs", { timeout: 120_000 }, () => {
  const { status, output } = check(
    [server("null"), "server"],
    [server('"userId"'), "server path=/nowhere"],
    ["process.exitCode = 0;", "server"],
    ['throw new Error("the example is wrong");', "run"],
  );
  expect(status).toBe(1);
  expect(output).toMatch(/docs\/guide\.md:4: .*\/api\/bob\/tasks as alice: 200 x/);
  expect(output).toMatch(/docs\/guide\.md:13: .*\/nowhere as alice: 404/);
  expect(output).toMatch(/docs\/guide\.md:22: the server ended/);
  expect(output).toMatch(/docs\/guide\.md:26: ended with 1/);
  expect(output).toContain("the example is wrong");
});

/** Checks a document with these blocks: the code, and its marks. */
function check(...blocks: [code: string, marks?: string][]): { status: number | null; output: string } {
  const fences = blocks.map(([code, marks = ""]) => `\`\`\`ts ${marks}\n${code}\n\`\`\`\n`);
  return checkFiles({ "docs/guide.md": `# Guide\n\n${fences.join("\n")}` });
}

function checkFiles(files: Record<string, string>): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), "documents-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@usher-auth/source", script, "--root", root],
    { encoding: "utf8", timeout: 100_000 },
  );
  return { status, output: stdout + stderr };
}
