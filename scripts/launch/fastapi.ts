import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "../python/environment.ts";
import { LaunchError } from "./launch-error.ts";
import type { Service } from "./service.ts";
import { say } from "./terminal.ts";

const requirements = fileURLToPath(new URL("../../examples/fastapi/requirements.txt", import.meta.url));

/**
 * The API in FastAPI, with its virtual environment.
 * @throws {LaunchError} Python or its packages are not available.
 */
export async function fastApiService(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Service> {
  try {
    const programs = await pythonEnvironment({
      name: "fastapi",
      requirements,
      signal,
      report: say.line,
    });
    return {
      name: "api",
      entry: "scripts/python/run-example.ts",
      environment: { ...environment, USHER_PYTHON: join(programs, "python") },
      watch: [],
    };
  } catch (error) {
    throw error instanceof PythonUnavailable ? new LaunchError(error.message) : error;
  }
}
