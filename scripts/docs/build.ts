import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "../run/run-node.ts";
import { readReference } from "./reference.ts";
import { writeSite } from "./write-site.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the site. Returns the exit code. */
export async function build(): Promise<number> {
  const started = performance.now();
  rmSync(join(root, "docs/.vitepress/dist"), { recursive: true, force: true });
  const pages = writeSite(root, await readReference(root));
  const code = await runNode(["node_modules/vitepress/bin/vitepress.js", "build", "docs"]);
  if (code !== 0) return code;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`docs/.vitepress/dist: ${pages.length} pages, built in ${seconds} s\n`);
  return 0;
}
