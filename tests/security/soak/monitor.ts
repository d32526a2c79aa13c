/**
 * Loaded into the API with `--import`: records, twice a second, the memory of the process and how long its
 * event loop was blocked.
 */
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** The latest reading. Megabytes, and milliseconds since the process began. */
export interface Reading {
  readonly residentMemory: number;
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  /** Active resources of the event loop: sockets, timers, requests. */
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
    // Renamed, so that a reader never sees a partial reading.
    writeFileSync(`${file}.next`, JSON.stringify(reading));
    renameSync(`${file}.next`, file);
  }, 500).unref();
}
