import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findExamples } from "./examples.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guide = "docs/guide/expo.md";

/** The blocks that name their file in their first line. */
const blocks = findExamples(guide, readFileSync(`${root}/${guide}`, "utf8")).flatMap(({ code }) => {
  const [first = "", ...lines] = code.split("\n");
  const file = /^\/\/ In (examples\/\S+),/.exec(first)?.[1];
  return file === undefined ? [] : [{ file, lines }];
});

test.each(blocks)("the guide for Expo quotes $file as it is", ({ file, lines }) => {
  const withoutIndentation = (text: string[]) => text.map((line) => line.trim()).join("\n");
  const source = withoutIndentation(readFileSync(`${root}/${file}`, "utf8").split("\n"));
  expect(source).toContain(withoutIndentation(lines).trim());
});

test("the guide for Expo quotes five files", () => {
  expect(blocks.map(({ file }) => file)).toHaveLength(5);
});
