/**
 * Loaded into the gate with `--import`: writes its memory to a file, after a garbage collection, every
 * second. Also writes what the process would have died of.
 */
import { renameSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Megabytes. */
export interface Memory {
  readonly heap: number;
  /** Buffers outside of the heap. */
  readonly buffers: number;
  readonly resident: number;
}

const file = process.env.GATE_MEMORY_FILE;
if (file !== undefined) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const write = () => {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const memory: Memory = {
      heap: heapUsed / 1e6,
      buffers: external / 1e6,
      resident: rss / 1e6,
    };
    // Renamed, so that a reader never sees half of it.
    writeFileSync(`${file}.next`, JSON.stringify(memory));
    renameSync(`${file}.next`, file);
  };
  setInterval(write, 1000).unref();
}
