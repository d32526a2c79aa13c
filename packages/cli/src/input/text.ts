import { readFile } from "node:fs/promises";
import { CannotRun } from "../command.ts";
import { nameOfFile } from "../output/conceal.ts";
import type { Terminal } from "../terminal.ts";

/** Bytes. Ten times the longest request header that common servers take. */
const longestInput = 1024 * 1024;

/**
 * Reads a file that the user named, or standard input for `-`.
 *
 * @throws {CannotRun} It cannot be read, or is larger than 1 MB.
 */
export async function readText(path: string, terminal: Terminal): Promise<string> {
  if (path === "-") return readInput(terminal);
  try {
    return bounded(await readFile(path, "utf8"), path);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    throw new CannotRun(
      `Cannot read ${nameOfFile(path)} (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
    );
  }
}

/** Reads standard input to its end. */
export async function readInput({ input }: Terminal): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of input) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    bounded(text, "standard input");
  }
  return text + decoder.decode();
}

function bounded(text: string, where: string): string {
  if (text.length > longestInput) throw new CannotRun(`${where} has more than 1 MB: that is no token and no settings.`);
  return text;
}
