/**
 * Reports a failure to the operator as a Node process warning. The error's text is quoted, so that it has no
 * control characters for a terminal, and cut to 200 characters.
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
    return "an error that cannot be converted to text";
  }
}
