import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { afterAll, beforeAll, expect, it } from "vitest";
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

/** Runs the guide's example that imports the module, with this Node. */
async function run(module: string, file: string, ...program: string[]): Promise<string> {
  const examples = [...guide.matchAll(/^```ts[^\n]*\n(.*?)^```$/gms)].map(([, code]) => code as string);
  const [example, ...others] = examples.filter((code) => code.includes(`from "${module}"`));
  expect(others).toEqual([]);
  await writeFile(join(folder, file), example as string);
  const env = { PATH: process.env.PATH, NO_COLOR: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: folder, env });
  return stdout;
}

it("has an example for node:test that passes", async () => {
  const condition = "--conditions=@usher-auth/source";
  const output = await run(
    "node:test",
    "jwks.test.ts",
    condition,
    "--test",
    "--test-reporter=tap",
    "jwks.test.ts",
  );
  expect(output).toMatch(/^# pass 3$/m);
  expect(output).toMatch(/^# fail 0$/m);
});

it("has an example for vitest that passes", async () => {
  await writeFile(
    join(folder, "vitest.config.ts"),
    `const conditions = ["@usher-auth/source"];
    export default { ssr: { resolve: { conditions, externalConditions: conditions } } };`,
  );
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  expect(await run("vitest", "api.test.ts", vitest, "run", "api.test.ts")).toMatch(/Tests\s+5 passed \(5\)/);
});

it("lists the error code of each fault", async () => {
  const rows = [...guide.matchAll(/^\| (`[`, \w]+) \| `(\w+)`/gm)].flatMap(([, faults, code]) =>
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
