import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockDataFolder } from "./data-folder.ts";
import { LaunchError } from "./launch-error.ts";
import { type Lock, tryLock, waitForLock } from "./lock.ts";

test("only one holder has the lock, and the next one gets it when it is released", async () => {
  const path = join(temporaryFolder(), "lock");
  const first = tryLock(path);
  expect(first).toBeDefined();
  expect(tryLock(path)).toBeUndefined();
  const waiting = waitForLock(path, AbortSignal.timeout(5000));
  first?.release();
  const second = await waiting;
  expect(tryLock(path)).toBeUndefined();
  second.release();
});

test("an aborted signal ends the wait", async () => {
  const path = join(temporaryFolder(), "lock");
  hold(tryLock(path));
  await expect(waitForLock(path, AbortSignal.abort())).rejects.toThrow("aborted");
});

test("a lock ends with its process, even by SIGKILL", async () => {
  const path = join(temporaryFolder(), "lock");
  const module = new URL("./lock.ts", import.meta.url).href;
  const code = `import { tryLock } from "${module}"; const lock = tryLock(process.argv[1]); console.log(lock !== undefined); setInterval(() => lock, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", code, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(holder.stdout, "data");
  expect(String(said)).toBe("true\n");
  expect(tryLock(path)).toBeUndefined();
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(hold(tryLock(path))).toBeDefined();
});

test("creates a missing data folder, and locks it for one process", () => {
  const folder = join(temporaryFolder(), "a/b");
  hold(lockDataFolder(folder));
  expect(() => lockDataFolder(folder)).toThrow(/in use by another `npm start`/);
});

test("explains in one line that a data folder cannot be created", () => {
  expect(() => lockDataFolder("/dev/null/data")).toThrow(LaunchError);
  expect(() => lockDataFolder("/dev/null/data")).toThrow(/cannot write to .*ENOTDIR.*set DATA_DIR/);
});

/** Releases the lock at the end of the test. */
function hold(lock: Lock | undefined): Lock | undefined {
  onTestFinished(() => lock?.release());
  return lock;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
