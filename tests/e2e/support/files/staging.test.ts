import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isOpenTo } from "./file-access.ts";
import { stage } from "./staging.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const otherUser = { uid: 54_321, gid: 54_321 };

test("gives parallel callers the same complete folder and leaves no draft", async () => {
  const parent = temporaryFolder();
  const folders = await Promise.all(Array.from({ length: 5 }, () => stageGreeting(parent)));
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0] ?? "", "greeting"), "utf8")).toBe("hello");
  expect(readdirSync(parent)).toHaveLength(1);
});

test("fills the folder once, and again only if a file is missing or truncated", async () => {
  const parent = temporaryFolder();
  let fills = 0;
  const count = () => fills++;
  const folder = await stageGreeting(parent, count);
  await stageGreeting(parent, count);
  expect(fills).toBe(1);
  rmSync(join(folder, "greeting"));
  await stageGreeting(parent, count);
  expect(fills).toBe(2);
  truncateSync(join(folder, "greeting"), 1);
  await stageGreeting(parent, count);
  expect(fills).toBe(3);
  expect(readFileSync(join(folder, "greeting"), "utf8")).toBe("hello");
});

test("rejects a folder that other users may write to", async () => {
  const parent = temporaryFolder();
  const folder = await stageGreeting(parent);
  chmodSync(folder, 0o777);
  await expect(stageGreeting(parent)).rejects.toThrow("could have been changed by another user");
  expect(readdirSync(parent)).toHaveLength(1);
});

test("is readable by the named reader, and private otherwise", async () => {
  const parent = temporaryFolder();
  chmodSync(parent, 0o755);
  expect(isOpenTo(await stageGreeting(parent), otherUser)).toBe(false);
  const shared = { name: "shared", version: "1", parent, reader: otherUser, fill: async () => {} };
  expect(isOpenTo(await stage(shared), otherUser)).toBe(true);
});

test("a path is not accessible if any folder above it is not", () => {
  const parent = temporaryFolder();
  const inner = join(parent, "inner");
  mkdirSync(inner);
  chmodSync(parent, 0o755);
  expect(isOpenTo(inner, otherUser)).toBe(true);
  chmodSync(parent, 0o700);
  expect(isOpenTo(inner, otherUser)).toBe(false);
  expect(isOpenTo(join(parent, "missing"), otherUser)).toBe(false);
});

async function stageGreeting(parent: string, onFill = () => {}): Promise<string> {
  return stage({
    name: "greeting",
    version: "1",
    parent,
    fill: async (folder) => {
      onFill();
      writeFileSync(join(folder, "greeting"), "hello");
    },
  });
}
