import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reading } from "./monitor.ts";

/** How to start a process that is watched by `monitor.ts`, and what it takes. */
export interface Monitor {
  /** Of the process, for it to be watched. */
  readonly env: Readonly<Record<string, string>>;
  /** The latest reading; there is one half a second after the process has begun. */
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
