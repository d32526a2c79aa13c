import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { readDocuments } from "./documents.ts";
import { linkCodes, pagesOfErrors } from "./errors.ts";
import { pageOfFile } from "./files.ts";
import { navigationOf } from "./navigation.ts";
import type { Page } from "./page.ts";
import { leadToStart, startPages } from "./start-pages.ts";

/** What the build and the configuration of VitePress share, below `docs/.vitepress`. */
const pagesFolder = "docs/.vitepress/pages";
const navigationFile = "docs/.vitepress/cache/navigation.json";

/**
 * Writes the Markdown that VitePress builds the site from, with the navigation. A file whose content is the
 * same is not written again, so that a running server reloads only what changed.
 */
export function writeSite(root: string, reference: readonly Page[]): readonly Page[] {
  const { pages: documents, files, images } = readDocuments(root);
  const errors = pagesOfErrors(documents);
  const starts = startPages(documents);
  const pages = [
    ...documents.map((page) => {
      if (page.path === "errors/index.md") return linkCodes(page, errors);
      return page.path === "index.md" ? leadToStart(page, starts) : page;
    }),
    ...starts,
    ...errors,
    ...[...files].sort().map((file) => pageOfFile(root, file)),
    ...reference,
  ];
  const folder = join(root, pagesFolder);
  const kept = new Set(pages.map(({ path }) => path));
  for (const file of globSync("**/*.md", { cwd: folder })) {
    if (!kept.has(file.replaceAll(sep, "/"))) rmSync(join(folder, file));
  }
  for (const page of pages) writeIfChanged(join(folder, page.path), textOf(page));
  for (const image of images) {
    mkdirSync(join(folder, "public", dirname(image)), { recursive: true });
    cpSync(join(root, image), join(folder, "public", image));
  }
  cpSync(join(root, "docs/.vitepress/logo.svg"), join(folder, "public/logo.svg"));
  writeIfChanged(join(root, navigationFile), JSON.stringify(navigationOf(pages)));
  return pages;
}

function textOf({ markdown, frontmatter }: Page): string {
  // JSON is YAML.
  return frontmatter === undefined ? markdown : `---\n${JSON.stringify(frontmatter)}\n---\n\n${markdown}`;
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
