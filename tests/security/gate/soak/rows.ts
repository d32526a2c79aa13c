import type { FuzzResult } from "../fuzz/fuzz.ts";
import type { Memory } from "./monitor.ts";
import type { SoakResult } from "./soak.ts";
import type { StreamResult } from "./streams.ts";

type Rows = [name: string, value: string][];

export function soakRows({ seconds, tally, killed, crashed, memoryWhenWarm, memoryAtEnd }: SoakResult): Rows {
  const kinds = [...tally.right].sort().map(([kind, number]) => `${kind} ${count(number)}`);
  return [
    [
      "Load",
      `${seconds} s; \`kill -9\` of the gate ${killed.gate} times, of the backend ${killed.backend} times`,
    ],
    ["Requests with their own answer", count(tally.answered)],
    ["by kind", kinds.join(", ")],
    ["Cut by a kill", count(tally.cut)],
    ["Wrong answers, and failures without a kill", count(tally.wrong)],
    ["Requests that did not end", count(tally.hung)],
    ["Crashes", crashed ? "yes" : "none"],
    ["The gate's memory at half of the time", memory(memoryWhenWarm)],
    ["and at the end", memory(memoryAtEnd)],
  ];
}

export function streamRows({ direction, bytes, seconds, before, most }: StreamResult): Rows {
  const speed = `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  return [
    [
      `${count(bytes / 1e6)} MB ${direction}, ${speed}`,
      `before: ${memory(before)}; at most: ${memory(most)}`,
    ],
  ];
}

export function fuzzRows({ sent, admitted, faults, ended, seed }: FuzzResult): Rows {
  return [
    ["Random bytes and changed requests", `${count(sent)}, seed ${seed}`],
    ["of which reached the backend, with a valid token or on a public route", count(admitted)],
    ["Requests that must not have reached it", count(faults.length)],
    ["The gate ended", ended ? "yes" : "no"],
  ];
}

/** After a garbage collection. */
function memory({ heap, buffers, resident }: Memory): string {
  return `heap ${heap.toFixed(0)}, buffers ${buffers.toFixed(0)}, resident ${resident.toFixed(0)} MB`;
}

function count(number: number): string {
  return number.toLocaleString("en", { maximumFractionDigits: 0 });
}
