import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../node_modules/.cache/usher", import.meta.url));
const program = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";

/** The Python of an environment with PyJWT that `npm run test:python` has created; undefined without one. */
export function pythonWithPyJwt(): string | undefined {
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("python-")) : [];
  const complete = names.filter((name) => existsSync(join(cache, name, "complete")));
  return complete
    .map((name) => join(cache, name, program))
    .find((python) => spawnSync(python, ["-c", "import jwt"], { windowsHide: true }).status === 0);
}

/** Runs a Python program with JSON as its input and its output. */
export function runPython<Output>(python: string, file: string, input: unknown): Output {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [path], {
    input: JSON.stringify(input),
    encoding: "utf8",
    timeout: 20_000,
    windowsHide: true,
  });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return JSON.parse(stdout) as Output;
}
