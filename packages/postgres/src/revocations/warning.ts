/**
 * Tells the operator of a failure, through Node's own channel. What it says is quoted, which leaves no
 * control characters for a terminal, and is not endless.
 */
export function warn(what: string, error: unknown, code: string): void {
  process.emitWarning(`${what}: ${reasonOf(error)}`, { type: "UsherWarning", code });
}

function reasonOf(error: unknown): string {
  try {
    const text = String(error instanceof Error ? error.message : error);
    return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(
      /[\u007f-\u009f]/g,
      "?",
    );
  } catch {
    return "what cannot be told as text";
  }
}
