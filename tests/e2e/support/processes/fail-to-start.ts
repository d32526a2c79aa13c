import { expect, onTestFinished } from "vitest";
import { temporaryFolder } from "../files/temporary-folder.ts";
import { launchUsher } from "./launcher.ts";

/** Starts Usher with an invalid environment, and returns the one line of its error output. */
export async function failToStart(
  environment: Record<string, string>,
  script?: string,
  args?: readonly string[],
): Promise<string> {
  const DATA_DIR = temporaryFolder();
  const launcher = launchUsher({ DATA_DIR, ...environment }, script, args);
  onTestFinished(async () => {
    launcher.process.kill();
    await launcher.ended;
  });
  const up = launcher.up.then(() => {
    throw new Error("it started");
  });
  const { code, errors } = await Promise.race([launcher.ended, up]);
  expect(code).toBe(1);
  expect(errors.trimEnd().split("\n")).toHaveLength(1);
  return errors.trimEnd();
}
