/**
 * Runs one Postgres server for as long as the parent process runs. A line on standard input ("SIGINT",
 * "SIGQUIT") is a signal to pass on. When standard input ends, the test process has ended, and the server is
 * stopped and its data deleted. Started by server.ts.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

const [program, identity, dataFolder, ...settings] = process.argv.slice(2) as [
  string,
  string,
  string,
  ...string[],
];
const [uid, gid] = identity.split(":").map(Number) as [number, number];

const server = spawn(program, settings, {
  cwd: dataFolder,
  env: { LC_ALL: "C", TZ: "UTC" },
  stdio: ["ignore", "ignore", "inherit"],
  ...(process.getuid?.() === 0 ? { uid, gid } : {}),
});
server.once("error", (error) => {
  process.stderr.write(`FATAL: ${error.message}\n`);
  process.exit(1);
});

let isOrphan = false;
const parentInput = createInterface({ input: process.stdin });
parentInput.on("line", (signal) => server.kill(signal as NodeJS.Signals));
parentInput.once("close", () => {
  isOrphan = true;
  if (server.exitCode !== null || server.signalCode !== null) leave();
  else server.kill("SIGQUIT");
});
server.once("exit", leave);

// Standard error is a pipe to the test process. After that has ended, failed writes must not matter.
process.stderr.on("error", () => {});
// Ctrl-C reaches the whole process group. The server must stop before this process may end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill("SIGINT"));

function leave(): void {
  if (isOrphan) rmSync(dirname(dataFolder), { recursive: true, force: true });
  process.exit(server.exitCode ?? 0);
}
