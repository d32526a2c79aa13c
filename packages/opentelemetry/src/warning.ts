/** C0 and C1 controls, and line breaks. */
const unprintable = /[\p{Cc}\u2028\u2029]+/gu;

/** Warns the operator with a process warning, on one line. */
export function warnOfMetrics(what: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : "no reason was given";
  const line = `${what}: ${reason}`.slice(0, 500).replaceAll(unprintable, " ");
  process.emitWarning(line, { type: "UsherWarning", code: "USHER_METRICS_FAILED" });
}
