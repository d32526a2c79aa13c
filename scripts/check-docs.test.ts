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
  expect(output).toContain("1 examples, 0 exempt, 0 to run");
  expect(status).toBe(0);
});

test("reports an example that does not compile at its line in the document", () => {
  const { status, output } = check('import { nothing } from "@usher-auth/verify";\nconst wrong: number = "text";');
  expect(status).not.toBe(0);
  expect(output).toMatch(/docs\/guide\.md.*\(4,10\): error TS2305/);
  expect(output).toMatch(/docs\/guide\.md.*\(5,7\): error TS2322/);
});

const server = (authorize: string) => `import { createServer } from "node:http";
import { verifierFromEnv } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
const guard = usher({ verifier: verifierFromEnv(), ownerParam: ${authorize} });
createServer(guard.protect({ path: "/api/:userId/tasks" }, (_request, response) => response.end("x"))).listen(
  Number(process.env.PORT), "127.0.0.1");`;

test("runs a server, and asks it for nobody, for its owner and for another", { timeout: 120_000 }, () => {
  expect(check(server('"userId"'), " server")).toMatchObject({ status: 0 });
  const open = check(server("null"), " server");
  expect(open.status).toBe(1);
  expect(open.output).toMatch(/docs\/guide\.md:4: .*\/api\/bob\/tasks as alice: 200 x/);
  const elsewhere = check(server('"userId"'), " server path=/nowhere");
  expect(elsewhere.output).toContain("/nowhere as alice: 404");
});

test("runs a program to its end", { timeout: 120_000 }, () => {
  expect(check("process.exitCode = 0;", " run")).toMatchObject({ status: 0 });
  const failed = check('throw new Error("the example is wrong");', " run");
  expect(failed.status).toBe(1);
  expect(failed.output).toContain("docs/guide.md:4: ended with 1");
  expect(failed.output).toContain("the example is wrong");
  const ended = check("process.exitCode = 0;", " server");
  expect(ended.output).toContain("ended, and was to serve");
});

function check(code: string, marks = ""): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), "documents-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "docs"));
  writeFileSync(join(root, "docs/guide.md"), `# Guide\n\n\`\`\`ts${marks}\n${code}\n\`\`\`\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@usher-auth/source", script, root], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}
