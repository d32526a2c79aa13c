import type { Terminal } from "../terminal.ts";
import { readInput, readText } from "./text.ts";

/** Milliseconds without input before the command says that it waits. */
const reminderDelay = 2000;

/**
 * Reads the token from a file, or from standard input if something is piped in. Removes only the final
 * newline, which `echo` and editors add. A token is never an argument: those are visible to other users and
 * stay in the shell's history.
 *
 * @returns undefined if no token was given. An empty text counts as given.
 * @throws {CannotRun} The file cannot be read.
 */
export async function readToken(file: string | undefined, terminal: Terminal): Promise<string | undefined> {
  if (file === undefined && !terminal.hasInput) return undefined;
  const reminder = setTimeout(
    () => terminal.errors.write("waiting for a token on standard input\n"),
    reminderDelay,
  );
  try {
    const text = file === undefined ? await readInput(terminal) : await readText(file, terminal);
    return text.replace(/\r?\n$/, "");
  } finally {
    clearTimeout(reminder);
  }
}
