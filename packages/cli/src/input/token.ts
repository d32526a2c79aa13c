import type { Terminal } from "../terminal.ts";
import { readInput, readText } from "./text.ts";

/** Milliseconds of silence after which a person is told what is waited for. */
const timeout = 2000;

/**
 * What was given as the token, character for character but for the one newline that `echo` and editors end a
 * text with: a file, or standard input where something is piped into it. Never an argument: those end up in
 * the shell's history and in every user's list of processes.
 *
 * @returns undefined where nothing was given at all. An empty text is one that was given.
 * @throws {CannotRun} The file cannot be read.
 */
export async function readToken(file: string | undefined, terminal: Terminal): Promise<string | undefined> {
  if (file === undefined && !terminal.hasInput) return undefined;
  const reminder = setTimeout(
    () => terminal.errors.write("waiting for a token on standard input\n"),
    timeout,
  );
  try {
    const text = file === undefined ? await readInput(terminal) : await readText(file, terminal);
    return text.replace(/\r?\n$/, "");
  } finally {
    clearTimeout(reminder);
  }
}
