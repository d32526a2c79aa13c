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

const stranger = { uid: 54_321, gid: 54_321 };

test("callers in parallel get one folder, whole, and leave no draft behind", async () => {
  const parent = temporaryFolder();
  const folders = await Promise.all(Array.from({ length: 5 }, () => stageGreeting(parent)));
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0] ?? "", "greeting"), "utf8")).toBe("hello");
  expect(readdirSync(parent)).toHaveLength(1);
});

test("is filled once, and again only when a file was lost or cut short", async () => {
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

test("a folder that others may write to is not trusted, whatever is in it", async () => {
  const parent = temporaryFolder();
  const folder = await stageGreeting(parent);
  chmodSync(folder, 0o777);
  await expect(stageGreeting(parent)).rejects.toThrow("could have been changed by another user");
  expect(readdirSync(parent)).toHaveLength(1);
});

test("is open to a reader who was named, and private otherwise", async () => {
  const parent = temporaryFolder();
  chmodSync(parent, 0o755);
  expect(isOpenTo(await stageGreeting(parent), stranger)).toBe(false);
  const shared = { name: "shared", version: "1", parent, reader: stranger, fill: async () => {} };
  expect(isOpenTo(await stage(shared), stranger)).toBe(true);
});

test("a path is closed when any folder above it is", () => {
  const parent = temporaryFolder();
  const inner = join(parent, "inner");
  mkdirSync(inner);
  chmodSync(parent, 0o755);
  expect(isOpenTo(inner, stranger)).toBe(true);
  chmodSync(parent, 0o700);
  expect(isOpenTo(inner, stranger)).toBe(false);
  expect(isOpenTo(join(parent, "missing"), stranger)).toBe(false);
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
