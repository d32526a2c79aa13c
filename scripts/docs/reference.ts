import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { runNode } from "../run/run-node.ts";
import { changeLinks } from "./markdown.ts";
import type { Page } from "./page.ts";

const cacheFolder = "docs/.vitepress/cache/reference";

/**
 * The API reference, made of the docstrings of everything that the packages export. Kept until a source
 * changes.
 */
export async function readReference(root: string): Promise<Page[]> {
  const key = keyOfSources(root);
  const folder = join(root, cacheFolder, key);
  if (!existsSync(join(folder, "complete"))) {
    rmSync(join(root, cacheFolder), { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const code = await runNode(["scripts/docs/typedoc.ts", folder]);
    if (code !== 0) throw new Error("TypeDoc failed: its messages are above");
    writeFileSync(join(folder, "complete"), "");
  }
  const modules = globSync("**/*.md", { cwd: folder })
    .map((file) => file.replaceAll(sep, "/"))
    .filter((file) => file !== "README.md")
    .sort();
  const pages = modules.map((written): Page => {
    const file = plainName(written);
    const text = changeLinks(readFileSync(join(folder, written), "utf8"), plainName);
    const title = `@usher-auth/${file.replace(/\.md$/, "")}`;
    const path = `reference/${file}`;
    return {
      path,
      title,
      markdown: `# ${title}\n\n${text.trim()}\n`,
      frontmatter: { title, description: `Everything that ${title} exports.`, outline: [2, 3] },
    };
  });
  return [indexOf(pages), ...pages];
}

/** TypeDoc calls the module `fetch` `fetch-1`, because there is a global of that name. */
function plainName(path: string): string {
  return path.replace(/-1\.md(?=#|$)/, ".md");
}

function indexOf(pages: readonly Page[]): Page {
  const title = "API reference";
  const list = pages.map(({ path, title: name }) => `- [\`${name}\`](./${path.slice("reference/".length)})`);
  const text = `# ${title}\n\nEverything that the packages export, from the comments in their sources.\n\n${list.join("\n")}\n`;
  return { path: "reference/index.md", title, markdown: text, frontmatter: { title } };
}

function keyOfSources(root: string): string {
  const files = [
    ...globSync(["packages/*/src/**/*.{ts,tsx}", "packages/*/package.json"], { cwd: root }),
    ...globSync("scripts/docs/{typedoc,reference}.ts", { cwd: root }),
  ].sort();
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}
