/**
 * `npm run docs` serves the documentation site and reloads what changes: DOCS_PORT, 3002 by default.
 * `npm run docs:build` writes it as static files into docs/.vitepress/dist. DOCS_BASE is its path there, `/`
 * by default.
 */
import { build } from "./docs/build.ts";
import { serve } from "./docs/serve.ts";

const [command = "serve"] = process.argv.slice(2);
if (command === "build") process.exitCode = await build();
else if (command === "serve") process.exitCode = await serve();
else {
  process.stderr.write(`docs: unknown command ${command}: use build or serve\n`);
  process.exitCode = 2;
}
