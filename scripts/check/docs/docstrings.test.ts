import { expect, test } from "vitest";
import { findDocstringExamples } from "./docstrings.ts";

const fence = "```";

const docstring = (...lines: string[]) =>
  ["/**", ...lines.map((line) => ` * ${line}`), " */", "export const a = 1;"].join("\n");

test("finds the block of an @example, without the comment's marks, at its line in the file", () => {
  const code = `const first = 1;\n\n${docstring("Makes it.", "", "@example", `${fence}ts`, "if (a) {", "  b();", "}", fence)}`;
  expect(findDocstringExamples("src/a.ts", code)).toMatchObject([
    { file: "src/a.ts", line: 8, language: "ts", code: "if (a) {\n  b();\n}" },
  ]);
});

test("finds several examples, and blocks without a tag", () => {
  const block = [`${fence}ts`, "b();", fence];
  const code = docstring(...block, "@example", ...block, "", "@example With a title", "", ...block);
  expect(findDocstringExamples("a.ts", code).map(({ line }) => line)).toEqual([3, 7, 13]);
});

test("reads the marks of a block", () => {
  const code = docstring("@example", `${fence}ts run`, "b();", fence);
  expect(findDocstringExamples("a.ts", code)).toMatchObject([{ run: { kind: "program" } }]);
});

test("reads no other comments, and no strings", () => {
  const code = `// @example\n/* @example */\nconst a = "/** @example */";`;
  expect(findDocstringExamples("a.ts", code)).toEqual([]);
});

test.each([
  ["nothing", ["@example"]],
  ["code without a fence", ["@example", "b();"]],
  ["another language", ["@example", `${fence}sh`, "npm ci", fence]],
  ["the block of the next tag", ["@example", "", "@example", `${fence}ts`, "b();", fence]],
])("rejects an @example with %s below it", (_what, lines) => {
  expect(() => findDocstringExamples("a.ts", docstring(...lines))).toThrow(
    "a.ts:2: @example needs a block of TypeScript",
  );
});

test("rejects a block without an end, whatever the next docstring has", () => {
  const open = docstring("@example", `${fence}ts`, "b();");
  expect(() => findDocstringExamples("a.ts", `${open}\n${docstring(fence)}`)).toThrow(
    "a.ts:3: this block has no end",
  );
});
