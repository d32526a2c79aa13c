/**
 * Loaded into each process before its own code. Standard input is a pipe from the launcher that nobody writes
 * to: its end means that the launcher is gone, however it died, and then this process has no reason to stay.
 */
import { Worker } from "node:worker_threads";

/** Longer than either process takes to finish what is under way. */
const patience = 12_000;

process.stdin.once("end", leave).once("error", leave).resume();
// The pipe alone keeps nothing running.
(process.stdin as unknown as { unref?: () => void }).unref?.();

function leave(): void {
  // On a thread of its own: a process that writes its last lines to a reader who is gone may block for good.
  new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), ${patience})`, { eval: true }).unref();
  // Under `node --watch`, the watcher would outlive us: it ends this process as well.
  const isWatched = process.env.WATCH_REPORT_DEPENDENCIES !== undefined;
  if (isWatched) process.kill(process.ppid, "SIGTERM");
  // Windows knows no signal between processes: sent to itself, this one would end it before its own code has
  // heard.
  else if (process.platform === "win32") process.emit("SIGTERM", "SIGTERM");
  else process.kill(process.pid, "SIGTERM");
}
