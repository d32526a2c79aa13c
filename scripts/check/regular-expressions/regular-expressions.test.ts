import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { findExpressions } from "./find.ts";
import { judgeExpressions } from "./judge.ts";

const script = fileURLToPath(new URL("../../check-regular-expressions.ts", import.meta.url));

/** Judges one line of code. */
const faultsOf = (line: string) => judgeExpressions([{ file: "a.ts", code: line }], []).faults;

test("fails for an expression of quadratic time in a package or an app, and says where it is", () => {
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
  ["one that begins anew at each character", "text.replace(/\\/+$/, '')", "2nd degree polynomial"],
  ["whitespace on both sides", "text.split(/\\s*,\\s*/)", "2nd degree polynomial"],
  ["an alternation that overlaps", "/^(?:a|a)*b/", "exponential"],
  [
    "one that looks ahead, of which no theory tells",
    "/<script(?![^>]*src=)[^>]*>/g",
    "cannot be judged (unsupported)",
  ],
  ["one that refers to a group", "/^([\"']).*\\1$/", "cannot be judged (unsupported)"],
  ["the constructor's", 'new RegExp("(a+)+$", "g")', "exponential"],
  ["a template's", "RegExp(`(a+)+$`)", "exponential"],
  ["one that is put together when it runs", "new RegExp(start + end)", "put together when it runs"],
  ["one whose flags are", 'new RegExp("a", flags)', "put together when it runs"],
])("refuses %s", (_what, line, fault) => {
  expect(faultsOf(line)).toEqual([expect.stringContaining(fault)]);
});

test.each(["/^[A-Za-z0-9_-]+$/", "/\\{([^{}]+)\\}/g", "/[\\r\\n]+/", 'new RegExp("^a+$")', "/^(?:a|b)*$/"])(
  "lets %s pass",
  (line) => {
    expect(faultsOf(line)).toEqual([]);
  },
);

test("finds expressions wherever they are, and no divisions or texts", () => {
  const code = 'const a = 4 / 2 / 1; const b = "/x+/"; class C { @deco(/y/) f = [/z/u.test("")]; } // /w/';
  expect(findExpressions(code, false).map(({ text }) => text)).toEqual(["/z/u", "/y/"]);
});

test("an exception is for one expression of one file, for short inputs, and needed", () => {
  const files = [{ file: "a.ts", code: "/(a+)+$/" }];
  const exception = { file: "a.ts", text: "/(a+)+$/", longestInput: 64, why: "a header name" };
  expect(judgeExpressions(files, [exception]).faults).toEqual([]);
  expect(judgeExpressions(files, [{ ...exception, file: "b.ts" }]).faults).toEqual([
    expect.stringContaining("a.ts:1: /(a+)+$/: exponential"),
    "b.ts: /(a+)+$/ is an exception, and need not be",
  ]);
  expect(judgeExpressions(files, [{ ...exception, longestInput: 8192 }]).faults).toEqual([
    "a.ts: /(a+)+$/: an input of 8192 is too long",
  ]);
});
