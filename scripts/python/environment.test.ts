import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pythonEnvironment } from "./environment.ts";

const options = {
  name: "test",
  requirements: "examples/fastapi/requirements.txt",
  signal: new AbortController().signal,
  report: () => {},
};

test("says that there is no Python", async () => {
  usePath(newFolder());
  await expect(pythonEnvironment(options)).rejects.toThrow(
    /^Python 3\.10 or later is needed, and there is none: install it/,
  );
});

test.skipIf(process.platform === "win32")("names a Python that is too old", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "python3"), "#!/bin/sh\necho 3.9.2 cpython-39\n");
  chmodSync(join(folder, "python3"), 0o755);
  usePath(folder);
  await expect(pythonEnvironment(options)).rejects.toThrow(/needed, and this is 3\.9\.2: install it/);
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "usher-python-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function usePath(path: string): void {
  const before = process.env.PATH;
  process.env.PATH = path;
  onTestFinished(() => {
    process.env.PATH = before;
  });
}
