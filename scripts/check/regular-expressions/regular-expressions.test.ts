import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { checkExpressions } from "./check-expressions.ts";
import { findExpressions } from "./find.ts";

const script = fileURLToPath(new URL("../../check-regular-expressions.ts", import.meta.url));

/** Checks one line of code. */
const faultsOf = (line: string) => checkExpressions([{ file: "a.ts", code: line }], []).faults;

test("prints where a package or an app has a quadratic expression, and fails", () => {
  const root = mkdtempSync(join(tmpdir(), "usher-expressions-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), code);
  };
  write("packages/a/src/deep/good.ts", "export const good: RegExp = /^[\\w-]+$/;\n");
  write("packages/a/test/not-looked-at.ts", "/(a+)+$/;\n");
  write("scripts/this.test.ts", "/(a+)+$/;\n");
  write(
    "apps/b/src/page.tsx",
    'export const Page = () => <p title="x" />;\n\nconst token = /e[yw3][\\w-]*\\.[\\w-]+/g;\n',
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "2 expressions in 2 files\n" });
  expect(stderr).toMatch(
    /^apps\/b\/src\/page\.tsx:3: \/e\[yw3\].*\/g: 2nd degree polynomial, for instance on .+\n$/,
  );
});

test.each([
  ["an exponential one", "/^(a+)+$/", "exponential"],
  ["one that restarts at each character", "text.replace(/\\/+$/, '')", "2nd degree polynomial"],
  ["whitespace on both sides", "text.split(/\\s*,\\s*/)", "2nd degree polynomial"],
  ["an alternation that overlaps", "/^(?:a|a)*b/", "exponential"],
  ["one with a look-ahead", "/<script(?![^>]*src=)[^>]*>/g", "cannot be analysed (unsupported)"],
  ["one with a back-reference", "/^([\"']).*\\1$/", "cannot be analysed (unsupported)"],
  ["the constructor's", 'new RegExp("(a+)+$", "g")', "exponential"],
  ["a template's", "RegExp(`(a+)+$`)", "exponential"],
  ["one that is built at run time", "new RegExp(start + end)", "built at run time"],
  ["one whose flags are not constant", 'new RegExp("a", flags)', "built at run time"],
])("rejects %s", (_what, line, fault) => {
  expect(faultsOf(line)).toEqual([expect.stringContaining(fault)]);
});

test.each(["/^[A-Za-z0-9_-]+$/", "/\\{([^{}]+)\\}/g", "/[\\r\\n]+/", 'new RegExp("^a+$")', "/^(?:a|b)*$/"])(
  "accepts %s",
  (line) => {
    expect(faultsOf(line)).toEqual([]);
  },
);

test("finds expressions everywhere, and no divisions or strings", () => {
  const code = 'const a = 4 / 2 / 1; const b = "/x+/"; class C { @deco(/y/) f = [/z/u.test("")]; } // /w/';
  expect(findExpressions(code, false).map(({ text }) => text)).toEqual(["/z/u", "/y/"]);
});

test("an exception covers one expression of one file, has a short input, and is needed", () => {
  const files = [{ file: "a.ts", code: "/(a+)+$/" }];
  const exception = { file: "a.ts", text: "/(a+)+$/", longestInput: 64, why: "a header name" };
  expect(checkExpressions(files, [exception]).faults).toEqual([]);
  expect(checkExpressions(files, [{ ...exception, file: "b.ts" }]).faults).toEqual([
    expect.stringContaining("a.ts:1: /(a+)+$/: exponential"),
    "b.ts: /(a+)+$/ is an exception that is not needed",
  ]);
  expect(checkExpressions(files, [{ ...exception, longestInput: 8192 }]).faults).toEqual([
    "a.ts: /(a+)+$/: an input of 8192 is too long",
  ]);
});
