import { globSync, readFileSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import type { Page } from "./page.ts";
import { filePath } from "./site-path.ts";

const languages: readonly (readonly [RegExp, string])[] = [
  [/\.ts$/, "ts"],
  [/\.tsx$/, "tsx"],
  [/\.ya?ml$/, "yaml"],
  [/\.json$/, "json"],
  [/\.sql$/, "sql"],
  [/nginx\.conf$/, "nginx"],
];

/** A page that shows a file, or all files of a folder. The documents link to it. */
export function pageOfFile(root: string, file: string): Page {
  const isFolder = statSync(join(root, file)).isDirectory();
  const shown = isFolder ? filesBelow(root, file) : [file];
  const blocks = shown.map((path) => {
    const text = readFileSync(join(root, path), "utf8").trimEnd();
    const language = languages.find(([pattern]) => pattern.test(path))?.[1] ?? "text";
    // More backticks than any of the file's own.
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const block = `${fence}${language}\n${text}\n${fence}\n`;
    return isFolder ? `## ${path.slice(file.length + 1)}\n\n${block}` : block;
  });
  const title = basename(file);
  const introduction = isFolder
    ? `The files of \`${file}\` in the repository.`
    : `The file \`${file}\` of the repository.`;
  return {
    path: filePath(file),
    title,
    markdown: `# ${title}\n\n${introduction}\n\n${blocks.join("\n")}`,
    // Found through the pages that link to it.
    frontmatter: { title, description: introduction.replaceAll("`", ""), outline: isFolder, search: false },
  };
}

function filesBelow(root: string, folder: string): string[] {
  return globSync(`${folder}/**/*`, { cwd: root })
    .map((path) => path.replaceAll(sep, "/"))
    .filter((path) => statSync(join(root, path)).isFile() && !path.includes("/meta/"))
    .sort();
}
