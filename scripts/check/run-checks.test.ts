import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { type Check, type Outcome, runChecks } from "./run-checks.ts";

const node = (name: string, code: string): Check => ({
  name,
  command: process.execPath,
  args: ["--eval", code],
});

test("runs every check, also after a failure, and returns its output", async () => {
  const ended: Outcome[] = [];
  const checks = [
    node("good", "console.log('fine')"),
    node("bad", "console.error('broken'); process.exit(3)"),
    node("late", "setTimeout(() => console.log('done'), 50)"),
  ];
  const outcomes = await runChecks(checks, {
    root: tmpdir(),
    atOnce: 2,
    onEnd: (outcome) => ended.push(outcome),
  });
  expect(ended).toEqual(outcomes);
  expect(
    Object.fromEntries(outcomes.map(({ check, passed, output }) => [check.name, { passed, output }])),
  ).toEqual({
    good: { passed: true, output: "fine" },
    bad: { passed: false, output: "broken" },
    late: { passed: true, output: "done" },
  });
});

test("a program that is not installed is a failure", async () => {
  const missing = { name: "missing", command: "no-such-tool-here", args: [] };
  const [outcome] = await runChecks([missing], { root: tmpdir(), atOnce: 2, onEnd: () => {} });
  expect(outcome).toMatchObject({ passed: false, output: expect.stringContaining("ENOENT") });
});
