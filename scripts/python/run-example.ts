/**
 * Runs the example in examples/fastapi: a Node process around Python's, which the launcher starts and stops
 * like the others. USHER_PYTHON is the Python of its environment.
 */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { USHER_PYTHON = "python3", USHER_PYTHON_MODULE = "tasks_api", ...environment } = process.env;

const child = spawn(USHER_PYTHON, ["-m", USHER_PYTHON_MODULE], {
  cwd: root,
  env: {
    ...environment,
    PYTHONPATH: [
      ...(environment.PYTHONPATH ? [environment.PYTHONPATH] : []),
      join(root, "examples/fastapi"),
      join(root, "ports/python/src"),
    ].join(delimiter),
    // No compiled files among the sources.
    PYTHONPYCACHEPREFIX: join(root, "node_modules/.cache/usher/pycache"),
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1",
  },
  stdio: ["ignore", "inherit", "inherit"],
  windowsHide: true,
});
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => child.kill(name));
child.once("error", (error) => {
  process.stderr.write(`api: ${error.message}\n`);
  process.exit(1);
});
child.once("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 0 : 1)));
