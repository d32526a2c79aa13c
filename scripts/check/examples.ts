/** A TypeScript block of a Markdown file. */
export type Example = {
  file: string;
  /** The line of the file on which the block's first line stands, from 1. */
  line: number;
  language: "ts" | "tsx";
  code: string;
  /** Marked `no-check`: it is not type-checked, and its first line must be a comment that says why. */
  isExempt: boolean;
};

/**
 * Finds every fenced block whose language is ts, typescript or tsx.
 * @throws {Error} A block without an end, or an exempt one without its reason.
 */
export function findExamples(file: string, markdown: string): Example[] {
  const examples: Example[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const opening = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(lines[index] ?? "");
    if (opening === null) continue;
    const [, indent = "", fence = "", language = "", marks = ""] = opening;
    const start = index + 1;
    index = endOf(lines, start, fence);
    if (index === lines.length) throw new Error(`${file}:${start}: this block has no end`);
    if (!/^(ts|typescript|tsx)$/.test(language)) continue;
    const code = lines.slice(start, index).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const isExempt = marks.split(/\s+/).includes("no-check");
    if (isExempt && !/^\s*\/[/*]/.test(code[0] ?? "")) {
      throw new Error(`${file}:${start + 1}: a no-check block starts with a comment that says why it is not checked`);
    }
    examples.push({
      file,
      line: start + 1,
      language: language === "tsx" ? "tsx" : "ts",
      code: code.join("\n"),
      isExempt,
    });
  }
  return examples;
}

function endOf(lines: string[], start: number, fence: string): number {
  const isEnd = (line: string) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim());
  const length = lines.slice(start).findIndex(isEnd);
  return length === -1 ? lines.length : start + length;
}
