import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** A block of commands in a document. */
export interface CommandBlock {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  /** Of its first command, from 1. */
  readonly line: number;
  /** The commands, without the indentation of a list. */
  readonly text: string;
}

/** The documents that show commands to their readers. */
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/**/*.md",
  "packages/*/README.md",
  "apps/*/README.md",
  "examples/**/README.md",
  "ports/python/README.md",
];

/** Shells. A block without a language shows output, files or diagrams. */
const shells: ReadonlySet<string> = new Set(["sh", "bash", "shell", "zsh", "powershell", "bat", "cmd"]);

/** Every block of commands of the documents, in their order. */
export function findCommandBlocks(root: string): CommandBlock[] {
  return globSync(documents, { cwd: root, exclude: ["**/node_modules/**", "docs/.vitepress/**"] })
    .map((file) => file.replaceAll(sep, "/"))
    .sort()
    .flatMap((file) => commandBlocksOf(file, readFileSync(join(root, file), "utf8")));
}

/** The blocks of one document, also those in lists and quotations. */
export function commandBlocksOf(file: string, markdown: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const [, before = "", fence = "", language = ""] =
      /^((?:>|[-*+] |\d+[.)] |\s)*)(`{3,}|~{3,})\s*(\w*)/.exec(lines[index] ?? "") ?? [];
    if (fence === "") continue;
    const line = index + 2;
    const content: string[] = [];
    for (index++; index < lines.length && !isEnd(lines[index] ?? "", fence); index++) {
      content.push(withoutIndentation(lines[index] ?? "", before.length));
    }
    if (shells.has(language.toLowerCase())) blocks.push({ file, line, text: `${content.join("\n")}\n` });
  }
  return blocks;
}

function isEnd(line: string, fence: string): boolean {
  const trimmed = line.replace(/^(?:> ?|\s)*/, "").trimEnd();
  return trimmed.length >= fence.length && trimmed === (fence[0] ?? "").repeat(trimmed.length);
}

function withoutIndentation(line: string, width: number): string {
  return /^[> ]*$/.test(line.slice(0, width)) ? line.slice(width) : line;
}
