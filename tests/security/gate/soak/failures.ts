import type { FuzzResult } from "../fuzz/fuzz.ts";
import type { SoakResult } from "./soak.ts";
import type { StreamResult } from "./streams.ts";

/** Megabytes by which the heap after a garbage collection may grow in the second half of a soak. */
const heapGrowth = 10;
/**
 * Megabytes of resident memory. A limit, and no growth: both moments are of different processes, since the
 * gate is killed, and what the allocator keeps depends on the bodies of the last seconds.
 */
const mostResident = 512;
/** Megabytes by which the heap may grow while a body of any length passes. */
const streamGrowth = 15;
/** The same for buffers: a tenth of the body. Node frees them some time after a garbage collection. */
const bufferGrowth = 100;

export function soakFailures(result: SoakResult): string[] {
  const { tally, memoryWhenWarm: warm, memoryAtEnd: end } = result;
  return failing([
    [tally.wrong > 0, `${tally.wrong} requests without their answer: ${tally.findings.join("; ")}`],
    [tally.hung > 0, `${tally.hung} requests did not end`],
    [tally.right.size < 14, `only these kinds of requests succeeded: ${[...tally.right.keys()].join(", ")}`],
    [result.killed.gate === 0 || result.killed.backend === 0, "nothing was killed"],
    [result.crashed, "a process ended by itself"],
    [result.errorsLogged.length > 0, `errors in the log: ${result.errorsLogged[0]?.slice(0, 400)}`],
    [result.secretsLogged > 0, `${result.secretsLogged} tokens or secrets in the log`],
    [end.heap > warm.heap + heapGrowth, `the heap grew from ${warm.heap} to ${end.heap} MB`],
    [end.buffers > warm.buffers + bufferGrowth, `buffers grew from ${warm.buffers} to ${end.buffers} MB`],
    [end.resident > mostResident, `resident memory is ${end.resident} MB`],
  ]);
}

export function streamFailures({ direction, isWhole, before, most }: StreamResult): string[] {
  return failing([
    [!isWhole, `a body ${direction} did not arrive as it was`],
    [most.heap > before.heap + streamGrowth, `the heap grew from ${before.heap} to ${most.heap} MB`],
    [
      most.buffers > before.buffers + bufferGrowth,
      `buffers grew from ${before.buffers} to ${most.buffers} MB`,
    ],
  ]);
}

export function fuzzFailures(result: FuzzResult): string[] {
  return failing([
    [result.faults.length > 0, `reached the backend: ${result.faults.slice(0, 5).join("; ")}`],
    [result.ended, "the gate ended"],
    [result.errorsLogged.length > 0, `errors in the log: ${result.errorsLogged[0]?.slice(0, 400)}`],
    [result.admitted === 0, "nothing valid was admitted: the mutations are too strong to test anything"],
  ]);
}

function failing(checks: readonly (readonly [isSo: boolean, text: string])[]): string[] {
  return checks.filter(([isSo]) => isSo).map(([, text]) => text);
}
