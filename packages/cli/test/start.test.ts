import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";

const start = fileURLToPath(new URL("../bin/usher-auth.js", import.meta.url));

/** Starts the program as npx does, in this checkout. */
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

test("works in a checkout of the repository without a build, and hands the exit code on", () => {
  expect(usher(["--version"])).toMatchObject({
    exitCode: 0,
    output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  expect(usher(["decode"], createTestIssuer().tokenFor("ada"))).toMatchObject({ exitCode: 0 });
  expect(usher(["doctor", "--env", "/dev/null", "--json"], "undefined").exitCode).not.toBe(0);
  expect(usher(["docter"])).toMatchObject({ exitCode: 2 });
});

test("names a settings file that is not there by itself: Node looks for --env-file, and not for --env", () => {
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

test("goes on where nobody reads what it says on standard error", async () => {
  const child = spawn(process.execPath, [start, "docter"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.destroy();
  const [exitCode] = await once(child, "exit");
  expect(exitCode).toBe(2);
});

test("leaves quietly when the reader of its output has left", async () => {
  const child = spawn(process.execPath, [start, "doctor", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const errors = text(child.stderr);
  const [exitCode] = await once(child, "exit");
  expect({ exitCode, errors: await errors }).toEqual({ exitCode: 0, errors: "" });
});

test("says in one line that it needs a newer Node", (context) => {
  const old = oldNode();
  if (old === undefined) return context.skip("there is no Node older than 22 on this machine's PATH");
  const { status, stdout, stderr } = spawnSync(old, [start, "doctor"], {
    input: "undefined",
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^usher-auth: needs Node\.js 22 or newer, and this is \d+\.\d+\.\d+\.\n$/);
});

/** The first Node below 22 on PATH or in the usual places, which tests themselves do not run on. */
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
