import { checkSync } from "recheck";
import type { Exception } from "./exceptions.ts";
import { findExpressions } from "./find.ts";
import type { Verdicts } from "./verdicts.ts";

// Its JavaScript, in this process. Otherwise it tries programs for Java and for this machine first, in a
// thread of their own.
process.env.RECHECK_SYNC_BACKEND = "pure";

/** A file of code. */
export interface SourceFile {
  readonly file: string;
  readonly code: string;
}

/** Milliseconds for one expression, on a busy machine. Most take a few. */
const patience = 60_000;

/** Characters. What a quadratic expression does with so many takes less than a millisecond. */
const longestException = 1_000;

/**
 * Every regular expression whose time can grow faster than its input (by "ReDoS": a request could hold the
 * process up), and every exception that none needs. An expression that is put together when it runs cannot be
 * judged, and needs an exception, too.
 *
 * @param verdicts What is known already. What is found out is added.
 */
export function judgeExpressions(
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
  for (const { file, text } of unused) faults.push(`${file}: ${text} is an exception, and need not be`);
  for (const { file, text, longestInput } of exceptions) {
    if (longestInput > longestException)
      faults.push(`${file}: ${text}: an input of ${longestInput} is too long`);
  }
  return { count, faults };
}

const unknown = "put together when it runs, so that nobody can tell how long it takes";

/** Why an expression is refused; null where its time is linear. */
function faultOf(source: string, flags: string): string | null {
  // By theory alone: what recheck finds by trying depends on its luck.
  const result = checkSync(source, flags, { timeout: patience, checker: "automaton" });
  if (result.status === "safe") return null;
  if (result.status === "unknown") return `cannot be judged (${result.error.kind}): write it more simply`;
  return `${result.complexity.summary}, for instance on ${result.attack.pattern}`;
}

function lineOf(text: string, code: string): number {
  const at = code.indexOf(text === "new RegExp(…)" ? "RegExp(" : text);
  return code.slice(0, Math.max(at, 0)).split("\n").length;
}
