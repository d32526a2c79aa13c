/** A TypeScript block of a Markdown file. */
export type Example = {
  file: string;
  /** The line of the file on which the block's first line stands, from 1. */
  line: number;
  language: "ts" | "tsx";
  code: string;
  /** Marked `no-check`: it is not type-checked, and its first line must be a comment that says why. */
  isExempt: boolean;
  /**
   * Marked `alone`: it declares something for a whole program (`declare module`), so it is checked as one of
   * its own.
   */
  isAlone: boolean;
  /** What running it means, where it is run. */
  run: ExampleRun | undefined;
};

/**
 * - Marked `run`: a program that ends by itself, and well.
 * - Marked `server`: it listens on `PORT`, and guards a path with `{user}` in it: `path=/api/{user}/tasks`,
 *   if not said otherwise.
 */
type ExampleRun = { kind: "program" } | { kind: "server"; path: string };

/**
 * Finds every fenced block whose language is ts, typescript or tsx.
 * @throws {Error} A block without an end, or an exempt one without its reason, or one that is exempt and to
 *   be run.
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
      throw new Error(
        `${file}:${start + 1}: a no-check block starts with a comment that says why it is not checked`,
      );
    }
    const run = readRun(marks);
    if (isExempt && run !== undefined) throw new Error(`${file}:${start}: what is run is checked too`);
    examples.push({
      file,
      line: start + 1,
      language: language === "tsx" ? "tsx" : "ts",
      code: code.join("\n"),
      isExempt,
      isAlone: marks.includes("alone"),
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
