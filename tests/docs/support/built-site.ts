import { existsSync, globSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What `npm run docs:build` has written. */
export const siteFolder = fileURLToPath(new URL("../../../docs/.vitepress/dist", import.meta.url));

if (!existsSync(join(siteFolder, "llms.txt"))) throw new Error("run `npm run docs:build` first");

/** The addresses of all pages: `/guide/fastify`, `/guide/`. */
export const addresses = globSync("**/*.html", { cwd: siteFolder })
  .map((file) => `/${file.replaceAll(sep, "/")}`)
  .filter((file) => file !== "/404.html")
  .map((file) => file.replace(/index\.html$|\.html$/, ""))
  .sort();
