import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { holdDataFolder } from "./data-folder.ts";
import { LaunchError } from "./launch-error.ts";
import { type Lock, tryLock, waitForLock } from "./lock.ts";

test("one holder at a time, and the next one as soon as it is given back", async () => {
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

test("waiting ends when it is asked to", async () => {
  const path = join(temporaryFolder(), "lock");
  hold(tryLock(path));
  await expect(waitForLock(path, AbortSignal.abort())).rejects.toThrow("aborted");
});

test("a holder that is killed leaves nothing behind", async () => {
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

test("a data folder is made when it is missing, and belongs to one start", () => {
  const folder = join(temporaryFolder(), "a/b");
  hold(holdDataFolder(folder));
  expect(() => holdDataFolder(folder)).toThrow(/in use by another start/);
});

test("a data folder that cannot be made is one clear line", () => {
  expect(() => holdDataFolder("/dev/null/data")).toThrow(LaunchError);
  expect(() => holdDataFolder("/dev/null/data")).toThrow(/cannot write to .*ENOTDIR.*set DATA_DIR/);
});

/** Gives the lock back when the test is over. */
function hold(lock: Lock | undefined): Lock | undefined {
  onTestFinished(() => lock?.release());
  return lock;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
