import type { SoakResult } from "./soak.ts";

/**
 * Megabytes by which the API may grow in the last 40 % of a soak: its memory also contains the written rows.
 */
const growth = 150;

/** The failures of a soak test; empty if there are none. */
export function failuresOf(result: SoakResult): string[] {
  const failures: [boolean, string][] = [
    [result.wrong > 0, `${result.wrong} wrong answers: ${result.findings.join("; ")}`],
    [result.written === 0 || result.hostile === 0, "nothing was written, or nothing hostile was sent"],
    [result.lost > 0, `${result.lost} acknowledged writes are lost`],
    [result.crashed, "the API crashed"],
    [result.held > 0, `${result.held} slow clients were not disconnected`],
    [
      result.errorsLogged > 0,
      `${result.errorsLogged} errors in the log: ${result.firstErrorLogged?.slice(0, 400)}`,
    ],
    [result.secretsLogged > 0, `${result.secretsLogged} secrets or tokens in the log`],
    [
      result.memoryAtEnd > result.memoryWhenWarm + growth,
      `memory grew from ${result.memoryWhenWarm.toFixed(0)} to ${result.memoryAtEnd.toFixed(0)} MB`,
    ],
  ];
  return failures.filter(([isSo]) => isSo).map(([, text]) => text);
}
