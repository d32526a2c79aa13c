import { existsSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type BackendName, prepareBackend } from "../../../scripts/launch/gate-backend.ts";
import { LaunchError } from "../../../scripts/launch/launch-error.ts";
import { temporaryFolder } from "../support/files/temporary-folder.ts";
import { type RunningUsher, startUsher } from "../support/processes/launcher.ts";

/** A running demo, with the backend's own address. */
export interface RunningDemo extends RunningUsher {
  readonly backendUrl: string;
  /** The address of its OpenAPI document. */
  readonly documentUrl: string;
}

/**
 * Runs the web app, the backend and the gate, as `npm run demo:gate` does.
 *
 * @param backend Undefined: without `--backend`.
 */
export async function startDemo(
  backend: BackendName | undefined,
  environment: Record<string, string> = {},
): Promise<RunningDemo> {
  const args = backend === undefined ? [] : ["--backend", backend];
  const demo = await startUsher(environment, "scripts/demo-gate.ts", args);
  const urlAfter = (label: string) =>
    new RegExp(`\\| ${label} +(http://\\S+)`).exec(demo.output())?.[1] ?? "";
  return { ...demo, backendUrl: urlAfter("Backend"), documentUrl: urlAfter("Document") };
}

/** Why a backend cannot run on this machine, or undefined. Installs Python's packages once. */
export async function missingFor(backend: BackendName): Promise<string | undefined> {
  try {
    await prepareBackend(backend, 0, {}, AbortSignal.timeout(240_000));
    return undefined;
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
}

/** A folder for PATH with nothing but this program of the machine. It is deleted when the running test ends. */
export function folderWith(program: string): string {
  const folder = temporaryFolder();
  const places = (process.env.PATH ?? "").split(delimiter).map((place) => join(place, program));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) symlinkSync(found, join(folder, program));
  return folder;
}
