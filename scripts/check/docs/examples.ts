/** A TypeScript block of a document or a docstring. */
export type Example = {
  file: string;
  /** The line of the block's first line in the file, from 1. */
  line: number;
  language: "ts" | "tsx";
  code: string;
  /** Marked `no-check`: it is not type-checked. Its first line must be a comment that says why. */
  isExempt: boolean;
  /**
   * Marked `alone`: it declares something global (`declare module`), so it is checked as a separate program.
   */
  isAlone: boolean;
  /** Marked `file=schema.ts`: other examples in this folder import it by this name. */
  fileName: string | undefined;
  /** How it is run. Undefined: it is not. */
  run: ExampleRun | undefined;
};

/**
 * - Marked `run`: a program that ends with exit code 0.
 * - Marked `server`: it listens on `PORT` and guards a path with `{user}` in it, by default
 *   `path=/api/{user}/tasks`.
 */
type ExampleRun = { kind: "program" } | { kind: "server"; path: string };

/**
 * Finds every fenced block whose language is ts, typescript or tsx.
 * @throws {Error} A block has no end, is exempt without a reason, or is exempt and to be run.
 */
export function findExamples(file: string, markdown: string): Example[] {
  const examples: Example[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const opening = line.trimStart();
    const fence = /^(?:`{3,}|~{3,})/.exec(opening)?.[0];
    if (fence === undefined) continue;
    const indent = line.slice(0, line.length - opening.length);
    const [language = "", ...marks] = opening.slice(fence.length).trim().split(/\s+/);
    const start = index + 1;
    index = endOf(lines, start, fence);
    if (index === lines.length) throw new Error(`${file}:${start}: this block has no end`);
    if (!/^(ts|typescript|tsx)$/.test(language)) continue;
    const code = lines
      .slice(start, index)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const isExempt = marks.includes("no-check");
    if (isExempt && !/^\s*\/[/*]/.test(code[0] ?? "")) {
      throw new Error(`${file}:${start + 1}: a no-check block must start with a comment that says why`);
    }
    const run = readRun(marks);
    if (isExempt && run !== undefined)
      throw new Error(`${file}:${start}: a block cannot be both run and no-check`);
    examples.push({
      file,
      line: start + 1,
      language: language === "tsx" ? "tsx" : "ts",
      code: code.join("\n"),
      isExempt,
      isAlone: marks.includes("alone"),
      fileName: marks.find((mark) => mark.startsWith("file="))?.slice("file=".length),
      run,
    });
  }
  return examples;
}

function readRun(marks: readonly string[]): ExampleRun | undefined {
  if (marks.includes("run")) return { kind: "program" };
  if (!marks.includes("server")) return undefined;
  const path = marks.find((mark) => mark.startsWith("path="))?.slice("path=".length);
  return { kind: "server", path: path ?? "/api/{user}/tasks" };
}

function endOf(lines: string[], start: number, fence: string): number {
  const isEnd = (line: string) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim());
  const length = lines.slice(start).findIndex(isEnd);
  return length === -1 ? lines.length : start + length;
}
