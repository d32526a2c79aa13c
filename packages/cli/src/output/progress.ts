import type { Sink } from "../terminal.ts";

const width = 24;

/** A bar on one line of a terminal; nothing anywhere else. */
export interface Progress {
  show(done: number, total: number, label: string): void;
  /** Takes the bar away again. */
  clear(): void;
}

export function progressOn(sink: Sink): Progress {
  if (!sink.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show(done, total, label) {
      const filled = total === 0 ? width : Math.round((done / total) * width);
      const bar = "█".repeat(filled) + "░".repeat(width - filled);
      // A label longer than the line would leave the bar behind on each wrapped one.
      sink.write(`\r\u001b[2K${bar} ${done}/${total} ${label.slice(0, 40)}`);
    },
    clear: () => sink.write("\r\u001b[2K"),
  };
}
