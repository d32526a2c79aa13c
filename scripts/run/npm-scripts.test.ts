import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scriptsOf = (folder: string): Record<string, string> =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).scripts ?? {};

describe("npm scripts", () => {
  // Without the first `--`, Node.js takes an argument like `--env-file` for its own, wherever it is.
  test.for(Object.entries(scriptsOf("")))("%s runs its program by run.mjs", ([, script]) => {
    expect(script).toMatch(
      /^node (?:--conditions=@usher-auth\/source )?-- scripts\/run\.mjs \S+\.(?:ts|mjs)(?: |$)/,
    );
  });

  test("have nothing that only one system's shell understands", () => {
    const members = ["packages", "apps"].flatMap((room) =>
      readdirSync(join(root, room)).map((name) => `${room}/${name}`),
    );
    for (const folder of ["", "bench", "tests/e2e", "tests/security", ...members]) {
      for (const script of Object.values(scriptsOf(folder)))
        expect(script, folder).not.toMatch(/[&|;<>$`'"\\*]/);
    }
  });

  test("get their own arguments, and Node.js takes none of them", () => {
    expect(run("--env-file=no-such-file", "--help")).toMatchObject({
      status: 0,
      stdout: JSON.stringify([program, "--env-file=no-such-file", "--help"]),
    });
  });

  test("print warnings, except that a feature of Node.js is experimental", () => {
    expect(run("--warn").stderr).toMatch(/^\(node:\d+\) Warning: this one\n/);
  });

  test("end with one line when Node.js is too old", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--no-experimental-strip-types", "--", "scripts/run.mjs", "scripts/start.ts"],
      { cwd: root, encoding: "utf8", env: {} },
    );
    expect(stderr).toMatch(/^This repository needs Node\.js 22\.18 or later .*\n$/);
    expect([status, stdout]).toEqual([1, ""]);
  });
});

const folder = mkdtempSync(join(tmpdir(), "usher-npm-scripts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, "program.ts");
writeFileSync(
  program,
  `const args = process.argv.slice(1);
  if (args.includes("--warn")) {
    process.emitWarning("not this one", "ExperimentalWarning");
    process.emitWarning("this one");
  }
  process.stdout.write(JSON.stringify(args));`,
);

function run(...args: string[]) {
  return spawnSync(process.execPath, ["--", "scripts/run.mjs", program, ...args], {
    cwd: root,
    encoding: "utf8",
    env: {},
  });
}
