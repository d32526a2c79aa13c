import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TestIssuer } from "@usher-auth/testing";
import { PythonUnavailable, pythonEnvironment } from "../../../../../scripts/python/environment.ts";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));
const app = fileURLToPath(new URL("./app.py", import.meta.url));

/** Pinned: FastAPI, uvicorn and PyJWT. */
const requirements = join(root, "examples/fastapi/requirements.txt");

/** A Python with FastAPI, or why there is none. Installs FastAPI from PyPI once. */
export async function findPython(): Promise<{ readonly program: string } | { readonly missing: string }> {
  try {
    const programs = await pythonEnvironment({
      name: "fastapi",
      requirements,
      signal: AbortSignal.timeout(280_000),
      report: (line) => console.log(line),
    });
    return { program: join(programs, "python") };
  } catch (error) {
    if (error instanceof PythonUnavailable) return { missing: error.message };
    throw error;
  }
}

/** A running API. */
export interface FastApi {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts app.py on a free port, with one flaw, or with none. */
export async function startFlawed(python: string, flaw: string, issuer: TestIssuer): Promise<FastApi> {
  const port = await freePort();
  const environment = {
    SECRET: issuer.secret,
    ISSUER: issuer.issuer,
    AUDIENCE: issuer.audience,
    FLAW: flaw,
    PORT: String(port),
  };
  return start(python, [app], environment, `http://127.0.0.1:${port}`, "/health");
}

/** Starts examples/fastapi on a free port, with its data in `folder`. */
export async function startExample(python: string, folder: string, issuer: TestIssuer): Promise<FastApi> {
  const port = await freePort();
  const environment = {
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    API_PORT: String(port),
    DATA_DIR: folder,
    PYTHONPATH: ["examples/fastapi", "ports/python/src"].map((path) => join(root, path)).join(delimiter),
  };
  return start(python, ["-m", "tasks_api"], environment, `http://127.0.0.1:${port}`, "/health/ready");
}

async function start(
  python: string,
  args: readonly string[],
  environment: Record<string, string>,
  url: string,
  health: string,
): Promise<FastApi> {
  const child = spawn(python, args, {
    env: { ...process.env, ...environment, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    windowsHide: true,
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    const isReady = await fetch(url + health).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { url, stop };
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  await stop();
  throw new Error(`${args.at(-1)} did not start: ${errors}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
