import { expect, test } from "vitest";
import { findExamples } from "./examples.ts";

const fence = "```";

test("finds TypeScript blocks and their lines, and no other blocks", () => {
  const markdown = [
    "# Title",
    `${fence}ts`,
    "const a = 1;",
    fence,
    `${fence}sh`,
    "npm ci",
    fence,
    "",
    `${fence}tsx`,
    "<p />",
    fence,
  ];
  expect(findExamples("README.md", markdown.join("\n"))).toEqual([
    { file: "README.md", line: 3, language: "ts", code: "const a = 1;", isExempt: false, isAlone: false },
    { file: "README.md", line: 10, language: "tsx", code: "<p />", isExempt: false, isAlone: false },
  ]);
});

test("ignores a block inside a longer fence", () => {
  const markdown = ["````md", `${fence}ts`, "not code", fence, "````"];
  expect(findExamples("README.md", markdown.join("\n"))).toEqual([]);
});

test("removes the indentation of a block in a list", () => {
  const markdown = ["1. First", "", `   ${fence}ts`, "   if (true) {", "     run();", "   }", `   ${fence}`];
  expect(findExamples("a.md", markdown.join("\n"))[0]?.code).toBe("if (true) {\n  run();\n}");
});

test("requires a reason for an exempt block", () => {
  const block = (first: string) => [`${fence}ts no-check`, first, "nonsense", fence].join("\n");
  expect(findExamples("a.md", block("// Pseudocode."))).toMatchObject([{ isExempt: true }]);
  expect(() => findExamples("a.md", block("x"))).toThrow("a.md:2");
});

test("reads the marks of a block", () => {
  const run = (marks: string) => findExamples("a.md", [`${fence}ts ${marks}`, "x", fence].join("\n"))[0]?.run;
  expect(run("")).toBeUndefined();
  expect(run("run")).toEqual({ kind: "program" });
  expect(run("server")).toEqual({ kind: "server", path: "/api/{user}/tasks" });
  expect(run("server path=/me")).toEqual({ kind: "server", path: "/me" });
  expect(findExamples("a.md", [`${fence}ts alone`, "x", fence].join("\n"))[0]?.isAlone).toBe(true);
  expect(() => findExamples("a.md", [`${fence}ts run no-check`, "// why", fence].join("\n"))).toThrow(
    "a.md:1",
  );
});

test("rejects a block without an end", () => {
  expect(() => findExamples("a.md", `text\n${fence}ts\nconst a = 1;`)).toThrow(
    "a.md:2: this block has no end",
  );
});
