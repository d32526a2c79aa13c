import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { writeEnvFile } from "./env-file.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "usher env-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const settings = { BETTER_AUTH_URL: "http://localhost:3000", BETTER_AUTH_SECRET: "a".repeat(43) };

test("writes the settings for the command line, which only their owner can read", () => {
  const folder = temporaryFolder();
  const shell = { HOME: "/home/ada", USHER_TOKEN_A: "x", API_URL: "", DATA_DIR: "/data" };
  expect(writeEnvFile([folder], { ...settings, ...shell })).toBe(join(folder, ".env"));
  expect(parseEnv(readFileSync(join(folder, ".env"), "utf8"))).toEqual({ ...settings, DATA_DIR: "/data" });
  expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual([".env"]);
});

test("replaces its own file, and makes it private again", () => {
  const folder = temporaryFolder();
  writeEnvFile([folder], settings);
  chmodSync(join(folder, ".env"), 0o644);
  writeEnvFile([folder], { ...settings, API_URL: "http://localhost:3001" });
  expect(readFileSync(join(folder, ".env"), "utf8")).toContain("API_URL=http://localhost:3001\n");
  expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
});

test("leaves a file of someone else, a link and a folder as they are, and takes the next folder", () => {
  const [foreign, linked, occupied, free] = [1, 2, 3, 4].map(temporaryFolder) as [
    string,
    string,
    string,
    string,
  ];
  writeFileSync(join(foreign, ".env"), "PORT=1\n");
  writeEnvFile([free], settings);
  symlinkSync(join(free, ".env"), join(linked, ".env"));
  const folders = [foreign, linked, join(occupied, "missing"), free];
  expect(writeEnvFile(folders, { API_URL: "one" })).toBe(join(free, ".env"));
  expect(writeEnvFile(folders.slice(0, 3), { API_URL: "two" })).toBeUndefined();
  expect(readFileSync(join(foreign, ".env"), "utf8")).toBe("PORT=1\n");
  expect(readFileSync(join(linked, ".env"), "utf8")).toContain("API_URL=one");
});

test.each([
  ["a # that is no comment", "x#y # z"],
  ["quotes", `it's "so"`],
  ["spaces around", " x "],
  ["a backslash and n", "x\\ny"],
  ["two lines", "x\ny"],
  ["a dollar sign", "$HOME"],
])("keeps a value with %s", (_what, value) => {
  const folder = temporaryFolder();
  writeEnvFile([folder], { BETTER_AUTH_SECRET: value });
  expect(parseEnv(readFileSync(join(folder, ".env"), "utf8"))).toEqual({ BETTER_AUTH_SECRET: value });
});

test("leaves out a value that no line can hold, and says so in the file", () => {
  const folder = temporaryFolder();
  writeEnvFile([folder], { BETTER_AUTH_SECRET: "a'b\"c`d # e", API_URL: "x" });
  const text = readFileSync(join(folder, ".env"), "utf8");
  expect(parseEnv(text)).toEqual({ API_URL: "x" });
  expect(text).toContain("# BETTER_AUTH_SECRET has");
});
