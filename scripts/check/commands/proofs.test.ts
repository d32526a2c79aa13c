import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { registry } from "../../../tests/commands/registry.ts";
import { commandBlocksOf, findCommandBlocks } from "./command-blocks.ts";
import { commandsOf, digestOf, matchProofs, type ProvenBlock } from "./proofs.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { proven, faults } = matchProofs(findCommandBlocks(root), registry);
const read = (file: string) => readFileSync(join(root, file), "utf8");

/** The blocks with a proof of this kind, by their place. */
function of<Kind extends ProvenBlock["proof"]["kind"]>(kind: Kind) {
  type Found = ProvenBlock & { proof: Extract<ProvenBlock["proof"], { kind: Kind }> };
  return proven
    .filter((block): block is Found => block.proof.kind === kind)
    .map((block) => [`${block.file}:${block.line}`, block] as const);
}

test("every block of commands in the documents has a proof in tests/commands/registry.ts", () => {
  expect(faults).toEqual([]);
  expect(proven.length).toBeGreaterThan(100);
});

describe("a block that a suite runs", () => {
  test.each(of("suite"))("%s: the suite reads the document", (_place, { file, proof }) => {
    expect(read(proof.test)).toContain(file);
  });
});

describe("a block of this repository's scripts", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const lines = of("scripts").flatMap(([place, { text, proof }]) =>
    commandsOf(text).map((line) => [place, line, proof.runBy] as const),
  );

  test.each(lines)("%s: %s", (_place, line, runBy) => {
    const [, by] = Object.entries(runBy).find(([start]) => line.startsWith(start)) ?? [];
    const [, script] = /npm (?:run )?(ci|test(?![:\w])|[\w:]+)/.exec(line) ?? [];
    expect(by, "no entry says what runs it").toBeDefined();
    if (script !== undefined && script !== "ci") expect(scripts).toHaveProperty([script]);
    for (const [path] of line.matchAll(/(?<= )[\w-]+(?:\/[\w.-]+)+/g))
      expect(existsSync(join(root, path))).toBe(true);
    if (by === undefined || by.startsWith("not in CI: ")) return;
    if (by === ".ci/run") {
      // By its script, or as a project of another one.
      const commands = `${script}|.* --project ${script?.replace("test:", "")}`;
      expect(read(by)).toMatch(
        script === "ci" ? /^npm ci$/m : new RegExp(`^ *(?:npm )?run (?:${commands})(?: |$)`, "m"),
      );
    } else expect(existsSync(join(root, by))).toBe(true);
  });
});

describe("a block of settings", () => {
  test.each(of("settings"))("%s has variables that the documentation explains", (_place, { text }) => {
    const names = Object.keys(parseEnv(text));
    expect(names.length).toBe(commandsOf(text).length);
    const explained = read("docs/guide/configuration.md");
    for (const name of names) expect(explained).toContain(`\`${name}\``);
  });
});

describe("a block that cannot run in a test", () => {
  test.each(of("unproven"))("%s has not changed since someone looked at it", (_place, { text, proof }) => {
    expect(proof.because).not.toBe("");
    expect(digestOf(text), "run it as far as possible, and then write this digest into the registry").toBe(
      proof.digest,
    );
  });
});

describe("blocks are found", () => {
  const fence = "```";

  test("in shells, with their lines, also in lists and quotations, and no others", () => {
    const markdown = [
      `${fence}sh`,
      "npm ci",
      fence,
      "1. First:",
      "",
      `   ${fence}bash`,
      "   npm test",
      "     --flag",
      `   ${fence}`,
      `> ${fence}powershell`,
      "> npm start",
      `> ${fence}`,
      `${fence}${fence[0]}md`,
      `${fence}sh`,
      "shown",
      fence,
      `${fence}${fence[0]}`,
      `${fence}ts`,
      "npm()",
      fence,
      fence,
      "output",
      fence,
      "~~~sh",
      "a",
      "~~~",
    ].join("\n");
    expect(commandBlocksOf("a.md", markdown)).toEqual([
      { file: "a.md", line: 2, text: "npm ci\n" },
      { file: "a.md", line: 7, text: "npm test\n  --flag\n" },
      { file: "a.md", line: 11, text: "npm start\n" },
      { file: "a.md", line: 25, text: "a\n" },
    ]);
  });

  test("and need one entry, unless they only install packages", () => {
    const blocks = ["npm install a @b/c # note\n", "npm install a && rm b\n", "npx c\n"].map(
      (text, index) => ({
        file: "a.md",
        line: index,
        text,
      }),
    );
    const other = {
      "a.md": { npx: { kind: "settings" }, "npx c": { kind: "settings" }, gone: { kind: "settings" } },
    } as const;
    expect(matchProofs(blocks, other).faults).toEqual([
      "a.md:1: no entry in tests/commands/registry.ts",
      "a.md:2: several entries in tests/commands/registry.ts",
      'a.md: 0 blocks begin with "gone", instead of one',
    ]);
  });
});
