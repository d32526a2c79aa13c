import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { program } from "../../src/program.ts";
import { newSecret } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-command-line-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const escapeCharacter = String.fromCharCode(27);

describe("help", () => {
  test.each(Object.keys(program.entries))(
    "of %s has its flags, examples, and the exit codes",
    async (name) => {
      const { exitCode, output, errors } = await usher([name, "--help"]);
      expect(output).toContain(`USAGE usher-auth ${name}`);
      expect(output).toContain("EXAMPLES");
      expect(output).toContain("Exit codes: 0 fine, 1 something was found, 2 could not run.");
      expect(output).not.toContain(escapeCharacter);
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    },
  );

  test("of the program lists every command", async () => {
    const { exitCode, output } = await usher(["--help"]);
    for (const name of Object.keys(program.entries)) expect(output).toContain(`  ${name}`);
    expect(exitCode).toBe(0);
  });

  test("is what comes without a command, which is not a run that went well", async () => {
    expect(await usher([])).toMatchObject({ exitCode: 2, output: expect.stringContaining("USAGE") });
  });

  test("has colour on a terminal, and not where NO_COLOR is set", async () => {
    const onTerminal = await usher(["doctor", "--help"], { isTTY: true });
    expect(onTerminal.output).toContain(escapeCharacter);
    const plain = await usher(["doctor", "--help"], { isTTY: true, environment: { NO_COLOR: "1" } });
    expect(plain.output).not.toContain(escapeCharacter);
  });
});

test("the version is the package's", async () => {
  expect((await usher(["--version"])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("refuses, with exit code 2 and nothing on standard output,", () => {
  test.each([
    ["a command that there is not", ["docter"], "Did you mean usher-auth doctor?"],
    [
      "a flag that there is not",
      ["doctor", "--env-fil", ".env"],
      "There is no --env-fil. Did you mean --env-file?",
    ],
    ["a flag like none", ["decode", "--verbose-everything"], "There is no --verbose-everything. See --help."],
    ["a flag without its value", ["doctor", "--issuer"], "--issuer needs a value."],
    ["a flag that is followed by another", ["doctor", "--issuer", "--json"], "--issuer needs a value."],
    ["a flag of an object's prototype", ["decode", "--constructor"], "There is no --constructor."],
    [
      "an address that is none",
      ["doctor", "--api", "localhost:3001"],
      "--api must be an http:// or https:// address",
    ],
    [
      "an address with a password",
      ["doctor", "--api", "http://ada:hunter2@localhost"],
      "must have no credentials in it",
    ],
    [
      "a file that is not there",
      ["doctor", "--token-file", "/nowhere/token"],
      "Cannot read /nowhere/token (ENOENT).",
    ],
    ["nothing to decode", ["decode"], "Give a token on standard input, or with --token-file."],
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

  test("more than a token could be", async () => {
    const { exitCode, errors } = await usher(["decode"], { input: "a".repeat(1024 * 1024 + 1) });
    expect(exitCode).toBe(2);
    expect(errors).toContain("more than 1 MB");
  });
});

describe("usher-auth decode", () => {
  const issuer = createTestIssuer();
  const now = Math.floor(Date.now() / 1000);
  const claims = { iat: now - 7300, exp: now - 3700, nbf: now + 7300, sub: "ada" };
  const token = issuer.tokenFor("ada", { claims });

  test("shows header, claims, and times in words, and says that nothing was verified", async () => {
    const { exitCode, output } = await usher(["decode"], { input: `Authorization: Bearer ${token}\n` });
    expect(output).toMatch(/^NOT VERIFIED: anybody can have written this\./);
    expect(output).toContain('"alg": "HS256"');
    expect(output).toContain('"sub": "ada"');
    expect(output).toMatch(/iat \d{4}-\d\d-\d\dT\S+, 2 hours ago/);
    expect(output).toMatch(/exp \d{4}-\d\d-\d\dT\S+, 61 minutes ago/);
    expect(output).toMatch(/nbf \d{4}-\d\d-\d\dT\S+, in 2 hours/);
    expect(exitCode).toBe(0);
    expectHidden(output, [token]);
  });

  test("prints JSON that says so as well", async () => {
    const { output } = await usher(["decode", "--json"], { input: token });
    expect(JSON.parse(output)).toMatchObject({ verified: false, header: { alg: "HS256" }, claims });
    expectHidden(output, [token]);
  });

  test("shows a token that claims to be somebody's prototype as data", async () => {
    const segment = (text: string) => Buffer.from(text).toString("base64url");
    const input = `${segment('{"alg":"HS256"}')}.${segment('{"__proto__":{"admin":true},"exp":1e300}')}.c2ln`;
    const { exitCode, output } = await usher(["decode"], { input });
    expect(output).toContain('"__proto__"');
    expect(output).toContain("exp no date that exists");
    expect(exitCode).toBe(0);
  });

  test.each(["hello", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.W10.c2ln"])(
    "does not take %s for a JWT",
    async (input) => {
      expect(await usher(["decode"], { input })).toMatchObject({ exitCode: 2, output: "" });
    },
  );
});

describe("usher-auth fingerprint", () => {
  const secret = newSecret();
  const older = newSecret();

  test("shows that of each secret, and which one signs", async () => {
    const environment = { BETTER_AUTH_SECRETS: `2:${secret},1:${older}` };
    const { exitCode, output } = await usher(["fingerprint"], { environment });
    expect(output.split("\n")).toEqual([
      `${secretFingerprint(secret)}  BETTER_AUTH_SECRETS version 2`,
      `${secretFingerprint(older)}  BETTER_AUTH_SECRETS version 1 (does not sign)`,
      "",
    ]);
    expect(exitCode).toBe(0);
    expectHidden(output, [secret, older]);
  });

  test("reads an env file, and prints JSON", async () => {
    const file = join(folder, ".env");
    await writeFile(file, `BETTER_AUTH_SECRET='${secret}'\n`);
    const { output } = await usher(["fingerprint", "--env-file", file, "--json"]);
    expect(JSON.parse(output)).toEqual({
      secrets: [{ name: "BETTER_AUTH_SECRET", fingerprint: secretFingerprint(secret), signs: true }],
    });
    expectHidden(output, [secret]);
  });

  test("reads the secret itself from standard input", async () => {
    const { output } = await usher(["fingerprint", "--secret-file", "-"], { input: `${secret}\n` });
    expect(output).toContain(secretFingerprint(secret));
  });

  test.each([
    [secretFingerprint(secret), 0],
    [secretFingerprint(older), 1],
  ])("with --expect %s it exits with %d", async (expected, exitCode) => {
    const environment = { BETTER_AUTH_SECRETS: `2:${secret},1:${older}` };
    expect(await usher(["fingerprint", "--expect", expected], { environment })).toMatchObject({ exitCode });
  });
});
