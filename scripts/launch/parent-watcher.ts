/**
 * Loaded into each process before its own code, to end the process when the launcher is gone. Standard input
 * is a pipe from the launcher. Nothing is written to it, so its end means that the launcher has ended, even
 * by SIGKILL.
 */
import { Worker } from "node:worker_threads";

/** Milliseconds, longer than either process takes to stop. */
const timeout = 12_000;

process.stdin.once("end", stop).once("error", stop).resume();
// The pipe must not keep the process running.
(process.stdin as unknown as { unref?: () => void }).unref?.();

function stop(): void {
  // In a worker, because the main thread may block: nothing reads its last lines.
  new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), ${timeout})`, { eval: true }).unref();
  // Under `node --watch`, the watcher would keep running. It also stops this process.
  const isWatched = process.env.WATCH_REPORT_DEPENDENCIES !== undefined;
  if (isWatched) process.kill(process.ppid, "SIGTERM");
  // Windows has no signals between processes: process.kill() would end the process without running its
  // handlers.
  else if (process.platform === "win32") process.emit("SIGTERM", "SIGTERM");
  else process.kill(process.pid, "SIGTERM");
}
