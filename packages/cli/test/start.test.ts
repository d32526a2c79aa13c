import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";

const start = fileURLToPath(new URL("../bin/usher-auth.js", import.meta.url));

/** Starts the program in this checkout as npx does. */
function usher(
  words: readonly string[],
  input = "",
): { exitCode: number | null; output: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [start, ...words], {
    input,
    encoding: "utf8",
  });
  return { exitCode: status, output: stdout, errors: stderr };
}

test("works in a checkout without a build, and returns the exit code", () => {
  expect(usher(["--version"])).toMatchObject({
    exitCode: 0,
    output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  expect(usher(["decode"], createTestIssuer().tokenFor("ada"))).toMatchObject({ exitCode: 0 });
  expect(usher(["doctor", "--env", "/dev/null", "--json"], "undefined").exitCode).not.toBe(0);
  expect(usher(["docter"])).toMatchObject({ exitCode: 2 });
});

test.each([
  ["20.20.2", false],
  ["22.18.0", false],
  ["22.19.0", true],
  ["23.0.0", true],
  ["24.1.0", true],
])("starts on Node %s: %s", (version, starts) => {
  const code = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const words = ["--import", `data:text/javascript,${encodeURIComponent(code)}`, start, "--version"];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const refusal = `usher-auth: needs Node.js 22.19 or newer, but this is ${version}.\n`;
  expect([status, stderr]).toEqual(starts ? [0, ""] : [2, refusal]);
});

test("requires the Node that undici requires", () => {
  const engines = (path: string) =>
    JSON.parse(readFileSync(createRequire(import.meta.url).resolve(path), "utf8")).engines.node;
  expect(`${engines("../package.json")}.0`).toBe(engines("undici/package.json"));
});

test("reports a missing settings file itself: Node handles --env-file, but not --env", () => {
  for (const words of [
    ["doctor", "--env", "nope"],
    ["doctor", "--env=nope"],
    ["fingerprint", "--env", "nope"],
  ]) {
    expect(usher(words)).toEqual({
      exitCode: 2,
      output: "",
      errors: "usher-auth: Cannot read nope (ENOENT).\n",
    });
  }
});

test("does not fail if standard error is closed", async () => {
  const child = spawn(process.execPath, [start, "docter"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.destroy();
  const [exitCode] = await once(child, "exit");
  expect(exitCode).toBe(2);
});

test("ends without an error if standard output is closed", async () => {
  const child = spawn(process.execPath, [start, "doctor", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const errors = text(child.stderr);
  const [exitCode] = await once(child, "exit");
  expect({ exitCode, errors: await errors }).toEqual({ exitCode: 0, errors: "" });
});

test("says in one line that it needs a newer Node", (context) => {
  const old = oldNode();
  if (old === undefined) return context.skip("no Node older than 22 was found");
  const { status, stdout, stderr } = spawnSync(old, [start, "doctor"], {
    input: "undefined",
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^usher-auth: needs Node\.js 22\.19 or newer, but this is \d+\.\d+\.\d+\.\n$/);
});

const main = ["--conditions=@usher-auth/source", "packages/cli/src/main.ts"];

test("works if standard input is closed", () => {
  const command = `exec '${process.execPath}' '${start}' doctor --json <&-`;
  const output = execFileSync("/bin/sh", ["-c", command], {
    encoding: "utf8",
    // Without an .env file.
    cwd: tmpdir(),
    env: { PATH: process.env.PATH },
  });
  expect(JSON.parse(output).findings).toEqual([]);
});

test("ends at Ctrl-C while it waits for input", async () => {
  const child = spawn(process.execPath, [...main, "decode"], { stdio: ["pipe", "pipe", "pipe"] });
  const errors = text(child.stderr);
  // It prints that it waits, and then handles signals.
  await once(child.stderr, "data");
  child.kill("SIGINT");
  const [code, signal] = await once(child, "exit");
  expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
  expect(await errors).toContain("waiting for a token");
});

/** The first Node older than 22 on PATH or in common places. */
function oldNode(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/bin", "/usr/bin"];
  return folders
    .map((folder) => join(folder, "node"))
    .find((file) => {
      try {
        const version = execFileSync(file, ["--version"], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        });
        return Number(/^v(\d+)/.exec(version)?.[1]) < 22;
      } catch {
        return false;
      }
    });
}
