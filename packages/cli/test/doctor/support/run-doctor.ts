import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Run, usher } from "../../support/command.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Situation } from "../causes/row.ts";

/** Runs the doctor, with an empty data folder. */
export async function runDoctor(situation: Situation, ...more: string[]): Promise<Run> {
  const { input, environment = {}, issuer, api, cookie, origin, flags = [] } = situation;
  const folder = await temporaryFolder();
  const words = ["doctor", ...flags, ...more];
  for (const [flag, value] of Object.entries({ issuer, api, origin })) {
    if (value !== undefined) words.push(`--${flag}`, value);
  }
  if (cookie !== undefined) {
    await writeFile(join(folder, "cookie.txt"), cookie);
    words.push("--cookie-file", join(folder, "cookie.txt"));
  }
  return await usher(words, { input, environment: { DATA_DIR: folder, ...environment } });
}
