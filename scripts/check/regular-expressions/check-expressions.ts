import { checkSync } from "recheck";
import type { Exception } from "./exceptions.ts";
import { findExpressions } from "./find.ts";
import type { Verdicts } from "./verdicts.ts";

// The JavaScript version, in this process. By default, recheck first tries its Java and native programs.
process.env.RECHECK_SYNC_BACKEND = "pure";

/** A file of code. */
export interface SourceFile {
  readonly file: string;
  readonly code: string;
}

/** Milliseconds for one expression. Most take a few. */
const timeout = 60_000;

/** Characters. A quadratic expression takes less than a millisecond for so many. */
const longestException = 1_000;

/**
 * Finds regular expressions that are not linear-time, with which a request could block the process (ReDoS),
 * and exceptions that are not needed. An expression that is built at run time needs an exception, because it
 * cannot be analysed.
 *
 * @param verdicts Known results. New ones are added.
 */
export function checkExpressions(
  files: readonly SourceFile[],
  exceptions: readonly Exception[],
  verdicts: Verdicts = new Map(),
): { readonly count: number; readonly faults: readonly string[] } {
  const unused = new Set(exceptions);
  const faults: string[] = [];
  let count = 0;
  for (const { file, code } of files) {
    for (const { text, source, flags } of findExpressions(code, file.endsWith("x"))) {
      count++;
      if (!verdicts.has(text)) verdicts.set(text, source === undefined ? unknown : faultOf(source, flags));
      const fault = verdicts.get(text) ?? null;
      if (fault === null) continue;
      const exception = exceptions.find((one) => one.file === file && one.text === text);
      if (exception === undefined) faults.push(`${file}:${lineOf(text, code)}: ${text}: ${fault}`);
      else unused.delete(exception);
    }
  }
  for (const { file, text } of unused) faults.push(`${file}: ${text} is an exception that is not needed`);
  for (const { file, text, longestInput } of exceptions) {
    if (longestInput > longestException)
      faults.push(`${file}: ${text}: an input of ${longestInput} is too long`);
  }
  return { count, faults };
}

const unknown = "built at run time, so its time cannot be analysed";

/** Why an expression is rejected, or null if it is linear-time. */
function faultOf(source: string, flags: string): string | null {
  // By static analysis only: what fuzzing finds is random.
  const result = checkSync(source, flags, { timeout, checker: "automaton" });
  if (result.status === "safe") return null;
  if (result.status === "unknown") return `cannot be analysed (${result.error.kind}): simplify it`;
  return `${result.complexity.summary}, for instance on ${result.attack.pattern}`;
}

function lineOf(text: string, code: string): number {
  const at = code.indexOf(text === "new RegExp(…)" ? "RegExp(" : text);
  return code.slice(0, Math.max(at, 0)).split("\n").length;
}
