import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { apiRows } from "./causes/api.ts";
import { issuerRows } from "./causes/issuer.ts";
import type { Row, Situation } from "./causes/row.ts";
import { secretRows } from "./causes/secret.ts";
import { sentRows } from "./causes/sent.ts";
import { tokenRows } from "./causes/token.ts";
import { usher } from "./support/command.ts";
import { expectHidden } from "./support/hidden.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-doctor-"));
  // Better Auth prints the errors that some rows provoke, whatever its logger is.
  const { error } = console;
  vi.spyOn(console, "error").mockImplementation((...parts) => {
    if (!String(parts[0]).startsWith("# SERVER_ERROR")) error(...parts);
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function consult({ input, environment = {}, issuer, api, cookie, origin }: Situation, ...more: string[]) {
  const words = ["doctor", ...more];
  for (const [flag, value] of Object.entries({ issuer, api, origin })) {
    if (value !== undefined) words.push(`--${flag}`, value);
  }
  if (cookie !== undefined) {
    await writeFile(join(folder, "cookie.txt"), cookie);
    words.push("--cookie-file", join(folder, "cookie.txt"));
  }
  return await usher(words, { input, environment: { DATA_DIR: folder, ...environment } });
}

const tables: Readonly<Record<string, readonly Row[]>> = {
  "what was sent": sentRows,
  "the secret": secretRows,
  "the token": tokenRows,
  "the issuer": issuerRows,
  "the API": apiRows,
};

describe.each(Object.entries(tables))("the doctor on %s", (_theme, rows) => {
  test.each(rows)("$when: $first", async ({ first, says, fix, arrange }) => {
    const situation = await arrange();
    const json = await consult(situation, "--json");
    const text = await consult(situation);

    expect(json.errors + text.errors).toBe("");
    const { findings, chainWorks } = JSON.parse(json.output);
    expect(findings[0], json.output).toMatchObject({ id: first });
    expect([findings[0].title, ...findings[0].evidence].join("\n")).toMatch(says);
    expect(findings[0].fix).toContainEqual(expect.stringMatching(fix));
    expect(chainWorks).toBe(false);
    expect(json.exitCode).toBe(1);
    expect(text).toMatchObject({ exitCode: 1, output: expect.stringContaining(`[${first}]`) });
    for (const { output } of [json, text]) expectHidden(output, situation.hidden);
  });
});
