import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonUnavailable, pythonEnvironment } from "../../../scripts/python/environment.ts";
import { type Api, startProgram } from "../support/start-api.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Pinned: FastAPI, uvicorn and PyJWT. */
const requirements = join(root, "examples/fastapi/requirements.txt");

/** A Python with FastAPI, or why there is none. Installs FastAPI from PyPI once. */
export async function findPython(): Promise<{ readonly program: string } | { readonly missing: string }> {
  try {
    const signal = AbortSignal.timeout(100_000);
    const report = (line: string) => console.log(line);
    const programs = await pythonEnvironment({ name: "fastapi", requirements, signal, report });
    return { program: join(programs, "python") };
  } catch (error) {
    if (error instanceof PythonUnavailable) return { missing: error.message };
    throw error;
  }
}

/** The version of PyJWT that is installed. */
export function versionOfPyJwt(): string {
  const version = /^pyjwt==(\S+)/m.exec(readFileSync(requirements, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${requirements} has no PyJWT`);
  return version;
}

/** Runs an application in Python with uvicorn, with these settings and on a free port. */
export async function startPython(
  python: string,
  code: string,
  settings: Readonly<Record<string, string>>,
): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  writeFileSync(join(folder, "api.py"), code);
  return await startProgram(python, (port) => ["-m", "uvicorn", "api:app", "--port", String(port)], {
    cwd: folder,
    folder,
    settings: {
      ...settings,
      PYTHONPATH: join(root, "ports/python/src"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
  });
}
