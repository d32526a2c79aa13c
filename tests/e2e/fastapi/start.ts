import { type RunningUsher, startUsher } from "../support/processes/launcher.ts";

/** Runs the web app with the API of examples/fastapi, as `npm run demo:fastapi` does. */
export function startFastApi(environment: Record<string, string> = {}): Promise<RunningUsher> {
  return startUsher(environment, "scripts/demo-fastapi.ts");
}
