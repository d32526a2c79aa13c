import { CannotRun } from "../command-line/command.ts";

/** Unicode's byte order marks. PowerShell's `>` and old editors write UTF-16. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * A file's bytes as text: UTF-8, or UTF-16 where a byte order mark says so. The mark itself is left out.
 *
 * @param name What the bytes are of, for the error.
 * @throws {CannotRun} They are no text.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const marked = marks.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  if (marked === undefined && bytes.includes(0)) {
    throw new CannotRun(`${name} is no text: it has NUL bytes in it. If it is UTF-16, save it as UTF-8.`);
  }
  try {
    return new TextDecoder(marked?.encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CannotRun(`${name} is not UTF-8 text. Save it as UTF-8.`);
  }
}
