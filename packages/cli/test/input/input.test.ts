import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { describe, expect, test } from "vitest";
import { newSecret } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const secret = newSecret();
const settings = `# of the API\nBETTER_AUTH_SECRET=${secret}\nBETTER_AUTH_URL=http://localhost:3000\nAPI_URL=https://api.example.com\n`;

/** Writes a file with these bytes. */
async function file(bytes: Uint8Array | string, name = ".env"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return path;
}

const bigEndian = (of: string) => Buffer.from(of, "utf16le").swap16();

describe("without a named file", () => {
  const web = { BETTER_AUTH_URL: "http://localhost:3000", BETTER_AUTH_SECRET: secret };
  const other = newSecret();

  /** A folder with this .env file. */
  async function folderWith(text: string): Promise<string> {
    return dirname(await file(text));
  }

  test("the settings are those of .env in the current folder, and standard error says so", async () => {
    const folder = await folderWith(settings);
    for (const environment of [{}, { BETTER_AUTH_URL: "", USHER_PASSWORD: "x", USHER_TOKEN_A: "x" }]) {
      expect(await usher(["fingerprint"], { folder, environment })).toEqual({
        exitCode: 0,
        output: `${secretFingerprint(secret)}  BETTER_AUTH_SECRET\n`,
        errors: "settings: .env\n",
      });
    }
    const { output } = await usher(["doctor"], { folder });
    expect(output).toContain(".env: an API can start with these settings");
    const status = await usher(["status", "--issuer", "http://localhost:1", "--json"], { folder });
    expect(JSON.parse(status.output).sections.settings.source).toBe(".env");
  });

  test("settings in the environment come first, and nothing is added to them", async () => {
    const folder = await folderWith(`${settings}API_URL=https://api.example.com\n`);
    const environment = { ...web, BETTER_AUTH_SECRET: other };
    expect(await usher(["fingerprint"], { folder, environment })).toEqual({
      exitCode: 0,
      output: `${secretFingerprint(other)}  BETTER_AUTH_SECRET\n`,
      errors: "",
    });
    const { output } = await usher(["doctor"], { folder, environment });
    expect(output).toContain("API_URL is not set in the environment");
  });

  test("a variable that hides the file is named", async () => {
    const folder = await folderWith(settings);
    const environment = { DATABASE_URL: "postgres://user@localhost:1/other" };
    const { errors, exitCode } = await usher(["fingerprint"], { folder, environment });
    expect(exitCode).toBe(2);
    expect(errors).toContain("because it has DATABASE_URL. For those in .env: --env .env");
  });

  test.each([
    ["is empty", ""],
    ["has only other settings", "PORT=3000\n"],
  ])("a file that %s is not used", async (_what, text) => {
    const { errors, exitCode } = await usher(["status"], { folder: await folderWith(text) });
    expect({ errors, exitCode }).toMatchObject({
      errors: expect.stringContaining("The environment has no settings"),
      exitCode: 2,
    });
  });

  test("neither is a folder of that name, but a file that cannot be read is an error", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, ".env"));
    expect((await usher(["status"], { folder })).errors).toContain("The environment has no settings");
    const broken = await folderWith("caf\u00e9");
    await writeFile(join(broken, ".env"), Buffer.from("A=caf\xe9\n", "latin1"));
    expect((await usher(["status"], { folder: broken })).errors).toContain("is not UTF-8");
  });
});

describe("a settings file", () => {
  test.each([
    ["UTF-8", Buffer.from(settings)],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${settings.slice(settings.indexOf("BETTER"))}`)],
    ["UTF-16, as PowerShell's > writes it", Buffer.from(`\ufeff${settings}`, "utf16le")],
    ["big-endian UTF-16", bigEndian(`\ufeff${settings}`)],
    ["UTF-8 with Windows line endings", Buffer.from(settings.replaceAll("\n", "\r\n"))],
  ])("is read in %s", async (_what, bytes) => {
    const { output, errors, exitCode } = await usher(["fingerprint", "--env", await file(bytes)]);
    expect({ output, errors, exitCode }).toEqual({
      output: `${secretFingerprint(secret)}  BETTER_AUTH_SECRET\n`,
      errors: "",
      exitCode: 0,
    });
  });

  test.each([
    ["no content", "", "contains no settings"],
    ["only comments", "# BETTER_AUTH_SECRET=x\n\n", "contains no settings"],
    ["another format", "BETTER_AUTH_SECRET: x\n", "contains no settings"],
    ["UTF-16 without a byte order mark", Buffer.from(settings, "utf16le"), "save it as UTF-8"],
    ["bytes that are not text", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), "is not text"],
    ["Latin-1", Buffer.from("A=caf\xe9\n", "latin1"), "is not UTF-8"],
    ["more than a megabyte", "A=1\n".repeat(300_000), "more than 1 MB"],
  ])("with %s is an error", async (_what, bytes, message) => {
    for (const command of ["doctor", "fingerprint", "revocations"]) {
      const path = await file(bytes);
      const { output, errors, exitCode } = await usher([command, "--env", path]);
      expect({ output, exitCode }).toEqual({ output: "", exitCode: 2 });
      expect(errors).toContain(message);
      expect(errors).toContain(".env");
    }
  });

  test("without the API's settings is reported as settings_missing", async () => {
    const { output, exitCode } = await usher(["doctor", "--env", await file("PORT=3001\n")]);
    expect(output).toMatch(
      /BETTER_AUTH_URL, API_URL, and BETTER_AUTH_SECRET are not set in .*\.env\. \[settings_missing\]/,
    );
    expect(exitCode).toBe(1);
  });

  test.each([
    ["a folder", "/"],
    ["an endless device", "/dev/zero"],
  ])("that is %s is an error", async (_what, path) => {
    expect(await usher(["doctor", "--env", path])).toMatchObject({ exitCode: 2, output: "" });
  });
});

describe("a token", () => {
  const token = createTestIssuer({ secret }).tokenFor("ada");
  const ids = async (words: string[], input?: string) => {
    const { output } = await usher(["doctor", "--json", ...words], { input });
    return JSON.parse(output).findings.map(({ id }: { id: string }) => id);
  };

  test.each(["\n", "\r\n", ""])("may end with a newline: %j", async (end) => {
    expect(await ids(["--token-file", await file(token + end, "token.txt")])).toEqual([]);
    expect(await ids([], token + end)).toEqual([]);
  });

  test("in a file with a byte order mark is read", async () => {
    expect(await ids(["--token-file", await file(`\ufeff${token}`, "token.txt")])).toEqual([]);
  });

  test("that a header cannot contain is not sent to the API", async () => {
    const api = await startServer(() => (_request, response) => response.writeHead(401).end());
    const { output } = await usher(["doctor", "--json", "--api", api], {
      input: `${token.slice(0, -5)}…`,
    });
    const { findings } = JSON.parse(output);
    expect(findings.map(({ id }: { id: string }) => id)).not.toContain("api_unreachable");
  });

  test("a cookie file with more than one header is an error", async () => {
    const cookies = await file("a=1\r\nb=2\r\n", "cookie.txt");
    const run = await usher(["doctor", "--issuer", "http://localhost:9", "--cookie-file", cookies]);
    expect(run).toMatchObject({ exitCode: 2, errors: expect.stringContaining("one Cookie header") });
  });

  test("standard input can be used once", async () => {
    const two = await usher(["doctor", "--env", "-", "--token-file", "-"], { input: settings });
    expect(two).toMatchObject({ exitCode: 2, errors: expect.stringContaining("standard input") });
    const one = await usher(["doctor", "--env", "-", "--json"], { input: settings });
    expect(JSON.parse(one.output)).toMatchObject({ findings: [] });
  });
});
