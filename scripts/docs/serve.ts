import { watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "../run/run-node.ts";
import { readReference } from "./reference.ts";
import { writeSite } from "./write-site.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Serves the site until it is stopped, and updates it when a document changes. Returns the exit code. */
export async function serve(): Promise<number> {
  const reference = await readReference(root);
  writeSite(root, reference);
  const update = () => {
    try {
      writeSite(root, reference);
    } catch (error) {
      process.stderr.write(`docs: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  };
  const watchers = ["docs", "packages", "examples", "."].map((folder) => {
    let timer: NodeJS.Timeout | undefined;
    return watch(join(root, folder), { recursive: folder === "docs" }, (_event, file) => {
      if (!file?.endsWith(".md") || file.includes(".vitepress")) return;
      clearTimeout(timer);
      // An editor may write a file in several steps.
      timer = setTimeout(update, 50);
    });
  });
  try {
    const port = process.env.DOCS_PORT || "3002";
    return await runNode([
      "node_modules/vitepress/bin/vitepress.js",
      "dev",
      "docs",
      "--port",
      port,
      "--strictPort",
    ]);
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}
