import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scriptsOf = (folder: string): Record<string, string> =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).scripts ?? {};

describe("npm scripts", () => {
  test.for(Object.entries(scriptsOf("")))(
    "%s looks at the machine first, and its arguments are its own",
    ([, script]) => {
      const beginning =
        /^node --disable-warning=ExperimentalWarning --import=\.\/scripts\/run\.mjs (?:--conditions=@usher-auth\/source )?-- \S+/;
      // Without `--`, Node would take `--env-file` for its own, wherever it stands.
      expect(script).toMatch(beginning);
    },
  );

  test("have nothing that only one system's shell understands", () => {
    const members = ["packages", "apps"].flatMap((room) =>
      readdirSync(join(root, room)).map((name) => `${room}/${name}`),
    );
    for (const folder of ["", "bench", "tests/e2e", "tests/security", ...members]) {
      for (const script of Object.values(scriptsOf(folder)))
        expect(script, folder).not.toMatch(/[&|;<>$`'"\\*]/);
    }
  });

  test("say in one line that a Node is too old, and run nothing", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--no-experimental-strip-types", "--import=./scripts/run.mjs", "--", "scripts/start.ts"],
      { cwd: root, encoding: "utf8", env: {} },
    );
    expect(stderr).toMatch(/^Usher's repository needs Node 22\.18 or later .*\n$/);
    expect([status, stdout]).toEqual([1, ""]);
  });
});
