import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reading } from "./monitor.ts";

/** How to start a process with `monitor.ts`, and its readings. */
export interface Monitor {
  /** The environment variables of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** The latest reading; the first is available half a second after the start. */
  read(): Reading;
  remove(): void;
}

export function withMonitor(): Monitor {
  const folder = mkdtempSync(join(tmpdir(), "usher-monitor-"));
  const file = join(folder, "monitor.json");
  return {
    env: {
      USHER_MONITOR_FILE: file,
      NODE_OPTIONS: `--import=${new URL("./monitor.ts", import.meta.url).href}`,
    },
    read: () => JSON.parse(readFileSync(file, "utf8")) as Reading,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
