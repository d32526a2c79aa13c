/**
 * Loaded into the API by `--import`: writes down, twice a second, what the process takes and for how long its
 * event loop was held up. The API itself knows nothing of it.
 */
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** The latest reading. Megabytes, and milliseconds since the process began. */
export interface Reading {
  readonly residentMemory: number;
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  /** Sockets, timers, requests: whatever the event loop has to mind. */
  readonly resources: number;
}

const file = process.env.USHER_MONITOR_FILE;
if (file !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  setInterval(() => {
    const reading: Reading = {
      residentMemory: process.memoryUsage.rss() / 1e6,
      loopDelayP99: histogram.percentile(99) / 1e6,
      loopDelayMax: histogram.max / 1e6,
      resources: process.getActiveResourcesInfo().length,
    };
    // A reader in between gets the former one.
    writeFileSync(`${file}.next`, JSON.stringify(reading));
    renameSync(`${file}.next`, file);
  }, 500).unref();
}
