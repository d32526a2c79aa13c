import { createReadStream } from "node:fs";
import { CannotRun } from "../command-line/command.ts";
import { nameOfFile } from "../output/redact.ts";
import type { Terminal } from "../terminal.ts";

const megabyte = 1024 * 1024;

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws {CannotRun} It cannot be read, is larger than 1 MB, or is not text.
 */
export function readText(path: string, terminal: Terminal): Promise<string> {
  return path === "-" ? readInput(terminal) : readFileText(path);
}

/** Reads standard input to its end. */
export async function readInput({ input }: Terminal): Promise<string> {
  return decodeText(await collect(input, megabyte, "standard input"), "standard input");
}

/**
 * Reads a file of at most `most` bytes. The limit also ends the reading of an endless device.
 *
 * @param most Bytes. Default: 1 MB.
 * @throws {CannotRun} It cannot be read, is larger, or is not text.
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
 * Reads a stream to its end.
 *
 * @throws {CannotRun} It has more than `most` bytes.
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
    if (length > most)
      throw new CannotRun(`${name} has more than ${most / megabyte} MB, which is too large.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Unicode byte order marks. PowerShell's `>` and old editors write UTF-16. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * Decodes UTF-8, or UTF-16 with a byte order mark. The mark is removed.
 *
 * @param name The file's name, for the error.
 * @throws {CannotRun} The bytes are not text.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const marked = marks.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  if (marked === undefined && bytes.includes(0)) {
    throw new CannotRun(`${name} is not text: it contains NUL bytes. If it is UTF-16, save it as UTF-8.`);
  }
  try {
    return new TextDecoder(marked?.encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CannotRun(`${name} is not UTF-8 text. Save it as UTF-8.`);
  }
}
