import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "@usher-auth/e2e/find-program";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { rulesFile, scaled, scaledRules, shippedRules } from "./support/scaled-rules.ts";

// The rules as the package ships them, with their real times.

const promtool = findProgram("promtool");
const tests = fileURLToPath(new URL("promtool/alerts.yml", import.meta.url));
const ordinary = fileURLToPath(new URL("promtool/ordinary-days.yml", import.meta.url));

beforeEach(({ skip }) => {
  if (promtool === undefined) skip("there is no promtool: apt-get install prometheus");
});

function run(args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(promtool ?? "", args, { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

test("promtool accepts the rules", () => {
  const { status, output } = run(["check", "rules", rulesFile]);
  expect(output).toContain(`SUCCESS: ${shippedRules().length} rules found`);
  expect(status).toBe(0);
});

test("each alert fires when it should, not before, and ends", () => {
  const { status, output } = run(["test", "rules", tests]);
  expect(output).toContain("SUCCESS");
  expect(status).toBe(0);
});

test("ordinary days are quiet, and little traffic hides nothing", () => {
  const { status, output } = run(["test", "rules", ordinary]);
  expect(output).toContain("SUCCESS");
  expect(status).toBe(0);
});

test("promtool accepts the guide's configuration", ({ onTestFinished }) => {
  const guide = readFileSync(new URL("../../docs/guide/alerts.md", import.meta.url), "utf8");
  const [, block = ""] = /```yaml\n(# prometheus\.yml\n[^`]+)```/.exec(guide) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "usher-promtool-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(rulesFile, join(folder, "usher.rules.yml"));
  writeFileSync(join(folder, "prometheus.yml"), block);
  const { status, output } = run(["check", "config", join(folder, "prometheus.yml")]);
  expect(output).toContain("1 rule files found");
  expect(status).toBe(0);
});

test("each alert is in a test of its times", () => {
  const text = [tests, ordinary].map((file) => JSON.stringify(parse(readFileSync(file, "utf8")))).join();
  for (const { alert } of shippedRules()) if (alert !== undefined) expect(text).toContain(alert);
});

test("in the rules with shorter times, only durations are different", () => {
  expect(scaled("1h30m", 60)).toBe("90000ms");
  const { groups } = parse(scaledRules(60)) as { groups: { rules: { expr: string; for?: string }[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const shipped = shippedRules();
  expect(rules).toHaveLength(shipped.length);
  for (const [index, { expr, ...rest }] of rules.entries()) {
    const { expr: original, ...originalRest } = shipped[index] ?? { expr: "", for: "" };
    expect(rest).toEqual({ ...originalRest, ...(rest.for && { for: scaled(originalRest.for ?? "", 60) }) });
    expect(durationsOf(expr)).toEqual(durationsOf(original).map((duration) => scaled(duration, 60)));
    expect(expr.replaceAll(durations, "$1")).toBe(original.replaceAll(durations, "$1"));
  }
});

/** In brackets, or after `offset`. */
const durations = /(\[|\boffset )(\w+)/g;

function durationsOf(expression: string): string[] {
  return [...expression.matchAll(durations)].map(([, , duration = ""]) => duration);
}
