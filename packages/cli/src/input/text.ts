import { createReadStream } from "node:fs";
import { CannotRun } from "../command-line/command.ts";
import { nameOfFile } from "../output/conceal.ts";
import type { Terminal } from "../terminal.ts";
import { decodeText } from "./decode.ts";

const megabyte = 1024 * 1024;

/**
 * Reads a file that the user named, or standard input for `-`.
 *
 * @throws {CannotRun} It cannot be read, is larger than 1 MB, or is no text.
 */
export function readText(path: string, terminal: Terminal): Promise<string> {
  return path === "-" ? readInput(terminal) : readFileText(path);
}

/** Reads standard input to its end. */
export async function readInput({ input }: Terminal): Promise<string> {
  return decodeText(await collect(input, megabyte, "standard input"), "standard input");
}

/**
 * Reads a file, and no more of it than `most` bytes: it may be a device that has no end.
 *
 * @param most Bytes. Default 1 MB: ten times the longest request header that common servers take.
 * @throws {CannotRun} It cannot be read, is larger, or is no text.
 */
export async function readFileText(path: string, most: number = megabyte): Promise<string> {
  const name = nameOfFile(path);
  try {
    return decodeText(await collect(createReadStream(path), most, name), name);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new CannotRun(
      code === "EISDIR" ? `${name} is a folder.` : `Cannot read ${name} (${code ?? "unknown error"}).`,
    );
  }
}

/**
 * All that comes, to its end.
 *
 * @throws {CannotRun} It is more than `most` bytes.
 */
export async function collect(
  source: AsyncIterable<Uint8Array | string>,
  most: number,
  name: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    length += bytes.length;
    if (length > most) throw new CannotRun(`${name} has more than ${most / megabyte} MB, which is too much.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
