import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { describe, expect, test } from "vitest";
import { newSecret } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("usher-auth fingerprint", () => {
  const secret = newSecret();
  const older = newSecret();

  test("shows the fingerprint of each secret, and which one signs", async () => {
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

  test("reads an env file and prints JSON", async () => {
    const file = join(await temporaryFolder(), ".env");
    await writeFile(file, `BETTER_AUTH_SECRET='${secret}'\n`);
    const { output } = await usher(["fingerprint", "--env-file", file, "--json"]);
    expect(JSON.parse(output)).toEqual({
      secrets: [{ name: "BETTER_AUTH_SECRET", fingerprint: secretFingerprint(secret), signs: true }],
    });
    expectHidden(output, [secret]);
  });

  test("reads a secret from standard input", async () => {
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
