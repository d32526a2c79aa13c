import { piecesOf } from "../source-code.ts";
import { type Example, findExamples } from "./examples.ts";

/**
 * The TypeScript blocks in the docstrings of a file, at their lines in it.
 * @throws {Error} An `@example` without a TypeScript block, or a block that findExamples() rejects.
 */
export function findDocstringExamples(file: string, code: string): Example[] {
  return docstringsOf(file, code).flatMap(({ line, text }) => {
    const examples = findExamples(file, "\n".repeat(line - 1) + text);
    for (const tag of linesWith("@example", text)) requireBlock(file, line + tag, examples);
    return examples;
  });
}

/** Its text without the comment's marks, line by line, and its first line in the file, from 1. */
interface Docstring {
  readonly line: number;
  readonly text: string;
}

function docstringsOf(file: string, code: string): Docstring[] {
  return piecesOf(file, code)
    .filter(({ kind, text }) => kind === "comment" && text.startsWith("/**"))
    .map(({ text, start }) => ({
      line: code.slice(0, start).split("\n").length,
      text: text.slice("/**".length, -"*/".length).split("\n").map(withoutMark).join("\n"),
    }));
}

function withoutMark(line: string): string {
  const trimmed = line.trimStart();
  if (!trimmed.startsWith("*")) return line;
  return trimmed.startsWith("* ") ? trimmed.slice(2) : trimmed.slice(1);
}

/** The indices of the lines that begin with a tag. */
function linesWith(tag: string, text: string): number[] {
  return text.split("\n").flatMap((line, index) => (line.trimStart().startsWith(tag) ? [index] : []));
}

/** An example starts on one of the two lines below its tag: a title may stand between them. */
function requireBlock(file: string, line: number, examples: readonly Example[]): void {
  const isBelow = (example: Example) => example.line > line && example.line <= line + 3;
  if (!examples.some(isBelow)) {
    throw new Error(`${file}:${line}: @example needs a block of TypeScript below it`);
  }
}
