import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestIssuer, type TokenFaults } from "../src/index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guide = await readFile(join(root, "docs/guide/testing.md"), "utf8");
let folder: string;

// Inside the repository, so that imports resolve to its node_modules.
beforeAll(async () => {
  await mkdir(join(root, "dist"), { recursive: true });
  folder = await mkdtemp(join(root, "dist/guide-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The guide's only example that imports the module, and calls `expectGuarded` or not. */
function exampleOf(module: string, isOfRoutes = false): string {
  const examples = [...guide.matchAll(/^```ts[^\n]*\n(.*?)^```$/gms)].map(([, code]) => code as string);
  const [example, ...others] = examples.filter(
    (code) => code.includes(`from "${module}"`) && code.includes("expectGuarded") === isOfRoutes,
  );
  expect(others).toEqual([]);
  return example as string;
}

/** Runs an example with a program, by default this Node. */
async function run(example: string, file: string, program: readonly string[], runtime = process.execPath) {
  await writeFile(join(folder, file), example);
  const env = { PATH: process.env.PATH, NO_COLOR: "1" };
  const { stdout, stderr } = await promisify(execFile)(runtime, program, { cwd: folder, env });
  return `${stdout}${stderr}`;
}

const condition = "--conditions=@usher-auth/source";
const nodeTest = [condition, "--test", "--test-reporter=tap"];
const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run"];

beforeAll(() =>
  writeFile(
    join(folder, "vitest.config.ts"),
    `const conditions = ["@usher-auth/source"];
    export default { ssr: { resolve: { conditions, externalConditions: conditions } } };`,
  ),
);

it("has an example for node:test that passes", async () => {
  const output = await run(exampleOf("node:test"), "jwks.test.ts", [...nodeTest, "jwks.test.ts"]);
  expect(output).toMatch(/^# pass 3$/m);
  expect(output).toMatch(/^# fail 0$/m);
});

it("has an example for vitest that passes", async () => {
  const output = await run(exampleOf("vitest"), "api.test.ts", [...vitest, "api.test.ts"]);
  expect(output).toMatch(/Tests\s+5 passed \(5\)/);
});

describe("the example with expectGuarded", () => {
  const example = exampleOf("vitest", true);
  /** The route whose parameter the guard does not know. */
  const flawed = example.replace("return app;", 'app.get("/profiles/:uid", () => ({}));\n  return app;');
  const nodeExample = (code: string) => code.replace('from "vitest"', 'from "node:test"');

  it("passes with vitest", async () => {
    expect(await run(example, "routes.test.ts", [...vitest, "routes.test.ts"])).toMatch(
      /Tests\s+1 passed \(1\)/,
    );
  });

  it("passes with node:test", async () => {
    const output = await run(nodeExample(example), "node.test.ts", [...nodeTest, "node.test.ts"]);
    expect(output).toMatch(/^# pass 1$/m);
  });

  it("fails with node:test, with the message of the guide, if a route is not guarded", async () => {
    const failed: { stdout?: string } = await run(nodeExample(flawed), "flawed.test.ts", [
      ...nodeTest,
      "flawed.test.ts",
    ]).then(
      () => ({}),
      (error: { stdout: string }) => error,
    );
    const [message] = /^expectGuarded: 1 of .*?\n```$/ms.exec(guide) ?? [];
    const lines =
      message
        ?.split("\n")
        .slice(0, -1)
        .map((line) => line.trim()) ?? [];
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(failed.stdout).toContain(line);
  });

  it("passes with Bun", async ({ skip }) => {
    const bun = await findBun();
    if (bun === undefined) return skip("Bun is not installed: it has no build for this machine");
    const code = example.replace('from "vitest"', 'from "bun:test"');
    expect(await run(code, "bun.test.ts", ["test", condition, "./bun.test.ts"], bun)).toMatch(
      /1 pass\n\s*0 fail/,
    );
  });
});

/** Undefined on a machine that the npm registry has no Bun for. */
async function findBun(): Promise<string | undefined> {
  const folder = join(
    root,
    "node_modules/@oven",
    `bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`,
  );
  const path = join(folder, "bin/bun");
  return access(path).then(
    () => path,
    () => undefined,
  );
}

it("lists the error code of each fault", async () => {
  const [, tokens = ""] = /^## Tokens$(.*?)^## /ms.exec(guide) ?? [];
  const rows = [...tokens.matchAll(/^\| (`[`, \w]+) \| `(\w+)`/gm)].flatMap(([, faults, code]) =>
    (faults as string).split(", ").map((fault) => [fault.replaceAll("`", ""), code as string]),
  );
  expect(rows).toHaveLength(9);
  const { secret, issuer, audience, tokenFor } = createTestIssuer();
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
  for (const [fault, code] of rows as [keyof TokenFaults, string][]) {
    expect(() => verifier.verifySync(tokenFor("alice", { [fault]: true })), fault).toThrow(
      expect.objectContaining({ code }),
    );
  }
});
