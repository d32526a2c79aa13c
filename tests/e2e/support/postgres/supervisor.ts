/**
 * Runs one Postgres server for as long as whoever started this process lives and wants it: the program's own
 * file, started by postgres.ts. Standard input is the leash. A line on it ("SIGINT", "SIGQUIT") is a signal
 * to pass on; its end means that the test process is gone, however it died, and then server and data go as
 * well.
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
const leash = createInterface({ input: process.stdin });
leash.on("line", (signal) => server.kill(signal as NodeJS.Signals));
leash.once("close", () => {
  isOrphan = true;
  if (server.exitCode !== null || server.signalCode !== null) leave();
  else server.kill("SIGQUIT");
});
server.once("exit", leave);

// Standard error leads to the test process; once that is gone, writing to it fails and must not matter.
process.stderr.on("error", () => {});
// Ctrl-C reaches the whole group, and the server has to be stopped before this process may go.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill("SIGINT"));

function leave(): void {
  if (isOrphan) rmSync(dirname(dataFolder), { recursive: true, force: true });
  process.exit(server.exitCode ?? 0);
}
