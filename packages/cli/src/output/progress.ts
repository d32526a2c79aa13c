import type { Sink } from "../terminal.ts";

const width = 24;

/** A progress bar on a terminal; prints nothing elsewhere. */
export interface Progress {
  show(done: number, total: number, label: string): void;
  /** Removes the bar. */
  clear(): void;
}

/** Creates the progress bar. */
export function progressOn(sink: Sink): Progress {
  if (!sink.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show(done, total, label) {
      const filled = total === 0 ? width : Math.round((done / total) * width);
      const bar = "█".repeat(filled) + "░".repeat(width - filled);
      // A longer label would wrap, and the wrapped line would not be cleared.
      sink.write(`\r\u001b[2K${bar} ${done}/${total} ${label.slice(0, 40)}`);
    },
    clear: () => sink.write("\r\u001b[2K"),
  };
}
