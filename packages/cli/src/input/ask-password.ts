/**
 * Asks for a password on the terminal. What is typed is hidden, and the question goes to standard error:
 * standard output may be a file.
 *
 * @returns undefined if it was cancelled with Ctrl-C or Escape.
 */
export async function askPassword(question: string): Promise<string | undefined> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: question, output: process.stderr });
  return isCancel(answer) ? undefined : answer;
}
