/**
 * Runs a backend that is not a Node program: `gate-program.ts <program> [argument ...]`. A Node process
 * around it, which the launcher starts and stops like the others.
 */
import { spawn } from "node:child_process";

const [program = "", ...args] = process.argv.slice(2);

const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => child.kill(name));
child.once("error", (error) => {
  process.stderr.write(`backend: ${error.message}\n`);
  process.exit(1);
});
child.once("exit", (code, signal) => {
  if (code === null && signal !== "SIGTERM") process.stderr.write(`backend: it was ended by ${signal}\n`);
  process.exit(code ?? (signal === "SIGTERM" ? 0 : 1));
});
