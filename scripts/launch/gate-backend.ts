import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "../python/environment.ts";
import { buildGoBackend, GoUnavailable } from "./gate-go.ts";
import { LaunchError } from "./launch-error.ts";
import type { Service } from "./service.ts";
import { say } from "./terminal.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const fastApi = join(root, "examples/gate/fastapi");

/** The languages of the backends in examples/gate. */
export const backendNames = ["fastapi", "go"] as const;
export type BackendName = (typeof backendNames)[number];

/** How to run a backend, and where its OpenAPI document is. */
interface Backend {
  readonly title: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly document: string;
}

/** The running backend's own address, which no one but the gate and this machine can reach. */
export interface PreparedBackend {
  readonly title: string;
  readonly service: Service;
  readonly url: string;
  readonly documentUrl: string;
}

/**
 * Prepares a backend of examples/gate, to be served on that port of loopback.
 *
 * @param name Default: FastAPI where Python is available, or else Go.
 * @throws {LaunchError} Its language is not available, or neither language is.
 */
export async function prepareBackend(
  name: BackendName | undefined,
  port: number,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<PreparedBackend> {
  const backend = await (name === undefined ? anyBackend(signal) : prepare(name, signal));
  const url = `http://127.0.0.1:${port}`;
  return {
    title: backend.title,
    url,
    documentUrl: url + backend.document,
    service: {
      name: "backend",
      entry: "scripts/launch/gate-program.ts",
      args: backend.command,
      readyUrl: `${url}/health/ready`,
      environment: { ...withoutSettings(environment), ...backend.environment, PORT: String(port) },
      watch: [],
    },
  };
}

async function anyBackend(signal: AbortSignal): Promise<Backend> {
  try {
    return await fastApiBackend(signal);
  } catch (python) {
    if (!(python instanceof PythonUnavailable)) throw python;
    say.line(`no backend in FastAPI (${python.message}), so in Go`);
    try {
      return await goBackend(signal);
    } catch (go) {
      if (!(go instanceof GoUnavailable)) throw go;
      throw new LaunchError(`no backend can run. FastAPI: ${python.message}. Go: ${go.message}`);
    }
  }
}

async function prepare(name: BackendName, signal: AbortSignal): Promise<Backend> {
  try {
    return await (name === "go" ? goBackend : fastApiBackend)(signal);
  } catch (error) {
    const isKnown = error instanceof PythonUnavailable || error instanceof GoUnavailable;
    throw isKnown ? new LaunchError(error.message) : error;
  }
}

async function fastApiBackend(signal: AbortSignal): Promise<Backend> {
  const programs = await pythonEnvironment({
    name: "gate",
    requirements: join(fastApi, "requirements.txt"),
    signal,
    report: say.line,
  });
  return {
    title: "FastAPI",
    command: [join(programs, "python"), "-m", "todo_api"],
    environment: {
      PYTHONPATH: fastApi,
      // No compiled files among the sources.
      PYTHONPYCACHEPREFIX: join(root, "node_modules/.cache/usher/pycache"),
      PYTHONUNBUFFERED: "1",
      PYTHONUTF8: "1",
    },
    document: "/openapi.json",
  };
}

async function goBackend(signal: AbortSignal): Promise<Backend> {
  return {
    title: "Go",
    command: [await buildGoBackend(signal, say.line)],
    environment: {},
    document: "/openapi.yaml",
  };
}

/** A backend behind the gate verifies nothing, so it gets no secret and no key. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(?:BETTER_AUTH_|USHER_|API_|HOST$|WEB_)|DATABASE_URL$/.test(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOurs(name)));
}
