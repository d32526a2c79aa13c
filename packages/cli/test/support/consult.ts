import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Situation } from "../doctor/causes/row.ts";
import { type Run, usher } from "./command.ts";

/** Has the doctor look at a situation, on a machine where nothing else runs. */
export async function consult(situation: Situation, ...more: string[]): Promise<Run> {
  const { input, environment = {}, issuer, api, cookie, origin } = situation;
  const folder = await temporaryFolder();
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

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "usher-doctor-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
