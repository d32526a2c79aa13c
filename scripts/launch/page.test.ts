import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isFresh } from "./page.ts";

test("a page is fresh when it exists and none of its sources is newer", () => {
  const root = mkdtempSync(join(tmpdir(), "page-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [built, source] = [join(root, "dist"), join(root, "src")];
  mkdirSync(join(source, "deep"), { recursive: true });
  writeFileSync(join(source, "deep/a.ts"), "");
  const sources = [source, join(root, "missing")];
  expect(isFresh(built, sources)).toBe(false);

  mkdirSync(built);
  writeFileSync(join(built, "index.html"), "");
  const setAge = (path: string, time: number) => utimesSync(path, time, time);
  for (const path of ["src/deep/a.ts", "src/deep", "src"]) setAge(join(root, path), 1000);
  setAge(join(built, "index.html"), 2000);
  expect(isFresh(built, sources)).toBe(true);
  setAge(join(source, "deep/a.ts"), 3000);
  expect(isFresh(built, sources)).toBe(false);
  setAge(join(source, "deep/a.ts"), 1000);
  setAge(join(source, "deep"), 3000);
  expect(isFresh(built, sources)).toBe(false);
});
