import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cachedActionlint } from "./actionlint.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, ".github/workflows");

describe.each(readdirSync(folder))("the workflow %s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, value]) => value ?? "");

  test("pins every action to a commit, and names its version", () => {
    const actions = uses.filter((value) => !value.startsWith("./"));
    expect(actions.filter((value) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(value))).toEqual([]);
  });

  test("starts with no permission, or with reading the repository", () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n\n/m);
  });

  test("keeps no credentials in a checkout", () => {
    const checkouts = uses.filter((value) => value.startsWith("actions/checkout@"));
    expect(text.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts.length);
  });

  test("puts nothing from the event into a shell command", () => {
    const commands = text.split("\n").filter((line) => /^\s+(?:- )?run: |^ {12}/.test(line));
    expect(commands.filter((line) => line.includes("${{"))).toEqual([]);
  });
});

test("the workflows pass actionlint", ({ skip }) => {
  const { program, missing } = cachedActionlint();
  if (program === undefined) return skip(missing);
  const { status, stdout } = spawnSync(program, ["-no-color"], { cwd: root, encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});
