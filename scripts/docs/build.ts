import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "../run/run-node.ts";
import { brokenLinks } from "./check-links.ts";
import { finish } from "./finish.ts";
import { navigationOf } from "./navigation.ts";
import { writePlainText } from "./plain-text.ts";
import { readReference } from "./reference.ts";
import { writeSite } from "./write-site.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the site. Returns the exit code. */
export async function build(): Promise<number> {
  const started = performance.now();
  // The pages are written with it. VitePress wants it so too.
  if (!/^\/(?:[^/]+\/)*$/.test(process.env.DOCS_BASE || "/")) {
    process.stderr.write("docs: DOCS_BASE is a path that starts and ends with a slash, such as /usher/\n");
    return 1;
  }
  rmSync(join(root, "docs/.vitepress/dist"), { recursive: true, force: true });
  const pages = writeSite(root, await readReference(root));
  const code = await runNode(["node_modules/vitepress/bin/vitepress.js", "build", "docs"]);
  if (code !== 0) return code;
  const folder = join(root, "docs/.vitepress/dist");
  const base = process.env.DOCS_BASE || "/";
  finish(folder, base, pages);
  writePlainText(folder, base, pages, navigationOf(pages));
  const broken = brokenLinks(folder, base);
  if (broken.length > 0) {
    process.stderr.write(`${broken.join("\n")}\n${broken.length} broken links\n`);
    return 1;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`docs/.vitepress/dist: ${pages.length} pages, built in ${seconds} s\n`);
  return 0;
}
