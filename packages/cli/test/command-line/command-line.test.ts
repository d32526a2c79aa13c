import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, test } from "vitest";
import { program } from "../../src/program.ts";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";

const escapeCharacter = String.fromCharCode(27);

describe("help", () => {
  test.each(Object.keys(program.entries))("of %s has flags, examples and exit codes", async (name) => {
    const { exitCode, output, errors } = await usher([name, "--help"]);
    expect(output).toContain(`USAGE usher-auth ${name}`);
    expect(output).toContain("EXAMPLES");
    const one = name === "init" ? "something is left to you" : "something was found";
    expect(output).toContain(`Exit codes: 0 success, 1 ${one}, 2 could not run.`);
    expect(output).not.toContain(escapeCharacter);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
  });

  test("of the program lists every command", async () => {
    const { exitCode, output } = await usher(["--help"]);
    for (const name of Object.keys(program.entries)) expect(output).toContain(`  ${name}`);
    expect(exitCode).toBe(0);
  });

  test("is printed without a command, with exit code 2", async () => {
    expect(await usher([])).toMatchObject({ exitCode: 2, output: expect.stringContaining("USAGE") });
  });

  test("has colours on a terminal, but not if NO_COLOR is set", async () => {
    const onTerminal = await usher(["doctor", "--help"], { isTTY: true });
    expect(onTerminal.output).toContain(escapeCharacter);
    const plain = await usher(["doctor", "--help"], { isTTY: true, environment: { NO_COLOR: "1" } });
    expect(plain.output).not.toContain(escapeCharacter);
  });
});

test("the version is the package's", async () => {
  expect((await usher(["--version"])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("rejects, with exit code 2 and no output,", () => {
  test.each([
    ["an unknown command", ["docter"], "Did you mean usher-auth doctor?"],
    [
      "an unknown flag",
      ["doctor", "--env-fil", ".env"],
      "There is no flag --env-fil. Did you mean --env-file?",
    ],
    [
      "a flag that is not close to any",
      ["decode", "--verbose-everything"],
      "There is no flag --verbose-everything. See --help.",
    ],
    ["a flag without its value", ["doctor", "--issuer"], "--issuer needs a value."],
    ["a flag followed by another flag", ["doctor", "--issuer", "--json"], "--issuer needs a value."],
    ["a flag of an object's prototype", ["decode", "--constructor"], "There is no flag --constructor."],
    [
      "a text that is not a URL",
      ["doctor", "--api", "localhost:3001"],
      "--api must be an http:// or https:// URL",
    ],
    [
      "a URL with a password",
      ["doctor", "--api", "http://ada:hunter2@localhost"],
      "must not contain credentials",
    ],
    [
      "a file that does not exist",
      ["doctor", "--token-file", "/nowhere/token"],
      "Cannot read /nowhere/token (ENOENT).",
    ],
    ["nothing to decode", ["decode"], "Pass a token on standard input or with --token-file."],
    ["no secret", ["fingerprint"], "Neither BETTER_AUTH_SECRET nor BETTER_AUTH_SECRETS is set."],
  ])("%s", async (_what, words, message) => {
    const { exitCode, output, errors } = await usher(words);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(message);
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
  });

  test("a token as an argument, without repeating it", async () => {
    const token = createTestIssuer().tokenFor("ada");
    for (const words of [[token], ["doctor", token], ["decode", token]]) {
      const { exitCode, output, errors } = await usher(words);
      expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
      expectHidden(errors, [token]);
    }
  });

  test("a text that is too long for a token", async () => {
    const { exitCode, errors } = await usher(["decode"], { input: "a".repeat(1024 * 1024 + 1) });
    expect(exitCode).toBe(2);
    expect(errors).toContain("more than 1 MB");
  });
});
