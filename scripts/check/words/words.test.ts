import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkWords } from "./check-words.ts";
import { findWords } from "./find-words.ts";
import { exceptions, replacements } from "./words.ts";

const script = fileURLToPath(new URL("../../check-words.ts", import.meta.url));

const list = [
  { avoid: ["mend", "mends"], say: "fix" },
  { avoid: ["held to"], say: "restricted to" },
  { avoid: ["ring"], say: "keys", inNamesOnly: true as const },
];

const wordsIn = (file: string, text: string) =>
  findWords(file, text, list).map(({ line, word }) => `${line}: ${word}`);

describe("finds", () => {
  test.each([
    ["a word of a document", "a.md", "# Title\n\nMend it.", ["3: mend"]],
    ["a name in a document", "a.md", "See `mendSettings`.", ["1: mend"]],
    ["a comment", "a.ts", "const a = 1; // who mends it", ["1: mends"]],
    ["a docstring", "a.ts", "/**\n * One.\n * Mends it.\n */\nexport {};", ["3: mends"]],
    ["a string", "a.ts", 'throw new Error("mend it");', ["1: mend"]],
    ["a word behind an escape", "a.ts", 'const a = "first\\nmend it";', ["1: mend"]],
    ["a template", "a.ts", `const a = \`\${b}\nmend \${c}\`;`, ["2: mend"]],
    ["the text and the attributes of JSX", "a.tsx", '<p title="mend">mend</p>;', ["1: mend", "1: mend"]],
    ["a name, once in a file", "a.ts", "let mendIt = 1;\nmendIt = 2;", ["1: mend"]],
    ["a private name", "a.ts", "class A { #mend = 1; }", ["1: mend"]],
    ["the parts of a name", "a.ts", "const KEY_RING = keyRing;", ["1: ring", "1: ring"]],
    ["a file's name", "src/key-ring.ts", "export {};", ["1: ring"]],
    ["a folder's name", "mend/a.md", "", ["1: mend"]],
    ["a phrase", "a.md", "It is held to its owner.", ["1: held to"]],
    ["a phrase across lines of a document", "a.md", "It is held\nto its owner.", ["1: held to"]],
    ["a phrase across lines of a quotation", "a.md", "> It is held\n> to its owner.", ["1: held to"]],
    ["a phrase across lines of a docstring", "a.ts", "/**\n * It is held\n * to it.\n */", ["2: held to"]],
    ["a phrase across line comments", "a.ts", "// It is held\n// to its owner.", ["1: held to"]],
    ["a phrase in a name", "a.ts", "const heldToIt = 1;", ["1: held to"]],
  ])("%s", (_what, file, text, expected) => {
    expect(wordsIn(file, text)).toEqual(expected);
  });
});

describe("passes", () => {
  test.each([
    ["longer words", "a.md", "amend recommends emending"],
    ["a phrase's words in two sentences", "a.md", "It is held. To its owner"],
    ["a phrase's words in two comments", "a.ts", "// It is held\nconst a = 1; // to it"],
    ["the path of an import", "a.ts", 'import { a } from "./mend.ts";\nexport * from "./mend.ts";'],
    ["a name's word in prose", "a.ts", "// A ring.\n"],
    ["a regular expression", "a.ts", "const a = /mend/;"],
  ])("%s", (_what, file, text) => {
    expect(wordsIn(file, text)).toEqual([]);
  });
});

describe("the check of a repository", () => {
  const files = {
    "docs/a.md": "Mend it.\n",
    "packages/b/src/b.ts": "// mends it\n",
    "node_modules/c/c.md": "mend\n",
    "package-lock.json": '"mend"',
  };

  test("names the place and the plain word", () => {
    expect(checkWords(repository(files), [], list, [])).toEqual({
      output:
        'docs/a.md:1: "mend": say "fix"\npackages/b/src/b.ts:1: "mends": say "fix"\n2 files, 2 faults\n',
      exitCode: 1,
    });
  });

  test("takes files and folders", () => {
    const root = repository(files);
    expect(checkWords(root, ["packages"], list, []).output).toBe(
      'packages/b/src/b.ts:1: "mends": say "fix"\n1 files, 1 faults\n',
    );
    expect(checkWords(root, ["docs/a.md"], list, []).output).toContain("1 files, 1 faults");
    expect(checkWords(root, ["package"], list, [])).toEqual({
      output: "package: no text file there\n",
      exitCode: 2,
    });
  });

  test("allows an exception for one word of one file, and no exception that is not needed", () => {
    const root = repository(files);
    const exception = { file: "docs/a.md", word: "mend", why: "a quotation" };
    expect(checkWords(root, ["docs"], list, [exception]).exitCode).toBe(0);
    expect(checkWords(root, [], list, [exception, { ...exception, word: "held to" }]).output).toBe(
      'packages/b/src/b.ts:1: "mends": say "fix"\ndocs/a.md: the exception for "held to" is not needed\n2 files, 2 faults\n',
    );
  });

  test("can be run, and explains itself", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /) });
    expect(run(join(dirname(script), "check-words.ts"))).toMatchObject({
      status: 0,
      stdout: "1 files, 0 faults\n",
    });
    expect(run("no/such/folder")).toMatchObject({ status: 2 });
  });
});

describe("the list", () => {
  test("contains each word once, in lower case, and its replacement", () => {
    const words = replacements.flatMap(({ avoid }) => avoid);
    expect(words).toEqual([...new Set(words)]);
    for (const word of words) expect(word).toMatch(/^[a-z']+(?: [a-z']+)*$/);
    expect(replacements.filter(({ say }) => say === "")).toEqual([]);
  });

  test.each(replacements)("finds each of its words: $avoid", ({ avoid }) => {
    for (const word of avoid) {
      const name = word.replaceAll(" ", "_").replaceAll("'", "");
      const text = word.includes("'") ? `// ${word}\n` : `const ${name} = 1;`;
      expect(findWords("a.ts", text, replacements).map((found) => found.word)).toContain(word);
    }
  });

  test("gives a reason for each exception", () => {
    expect(exceptions.filter(({ why }) => why.length < 10)).toEqual([]);
  });
});

function repository(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "usher-words-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}
