import { CannotRun } from "../command-line/command.ts";
import type { Terminal } from "../terminal.ts";
import { readText } from "./text.ts";

/**
 * Reads a password from the file, else from `USHER_PASSWORD`, else from the keyboard. Removes only the final
 * newline of a file, which `echo` and editors add. A password is never an argument: those are visible to
 * other users and stay in the shell's history.
 *
 * @param file The value of `--password-file`; `-` is standard input.
 * @throws {CannotRun} There is none, it is empty, or nobody answers.
 */
export async function readPassword(
  file: string | undefined,
  question: string,
  terminal: Terminal,
): Promise<string> {
  if (file !== undefined)
    return notEmpty((await readText(file, terminal)).replace(/\r?\n$/, ""), "--password-file");
  const { USHER_PASSWORD } = terminal.environment;
  if (USHER_PASSWORD !== undefined) return notEmpty(USHER_PASSWORD, "USHER_PASSWORD");
  if (terminal.askPassword === undefined)
    throw new CannotRun(
      "There is no password. Name its file with --password-file (- is standard input), set USHER_PASSWORD, or run the command on a terminal, which asks for it.",
    );
  const answer = await terminal.askPassword(question);
  if (answer === undefined) throw new CannotRun("Cancelled.");
  return notEmpty(answer, "The password");
}

function notEmpty(password: string, name: string): string {
  if (password !== "") return password;
  throw new CannotRun(`${name} is empty.`);
}
