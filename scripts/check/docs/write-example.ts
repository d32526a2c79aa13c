import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Example } from "./examples.ts";

/** What Prisma generates in an application. Examples that import it get the client of the tests. */
const generatedClient = "./generated/prisma/client.ts";

const clientOfTests = fileURLToPath(
  new URL("../../../packages/postgres/test/rows/prisma/generated/client.ts", import.meta.url),
);

/**
 * Writes an example below `folder`, with what it imports. Padded with empty lines, so that the compiler's
 * line numbers are the document's.
 *
 * @returns The path of the file.
 * @throws {Error} Two examples of a folder have the same name.
 */
export function writeExample(folder: string, { file, line, language, code, fileName }: Example): string {
  const path = join(folder, `${file}.${line}.${language}`);
  mkdirSync(dirname(path), { recursive: true });
  writeOnce(path, "\n".repeat(line - 1) + code);
  if (fileName !== undefined) writeOnce(join(dirname(path), fileName), code);
  if (code.includes(generatedClient)) writeGeneratedClient(dirname(path));
  return path;
}

function writeOnce(path: string, text: string): void {
  if (existsSync(path)) throw new Error(`there are two examples for ${basename(path)}`);
  writeFileSync(path, text);
}

function writeGeneratedClient(folder: string): void {
  const path = join(folder, generatedClient);
  mkdirSync(dirname(path), { recursive: true });
  const specifier = relative(dirname(path), clientOfTests).split(sep).join("/");
  writeFileSync(path, `export * from ${JSON.stringify(specifier)};\n`);
}
