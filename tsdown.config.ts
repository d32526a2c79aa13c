import { readFileSync } from "node:fs";
import { defineConfig } from "tsdown";

const packages = ["verify", "issuer", "client", "postgres", "opentelemetry", "testing", "cli"];

/** A package's source files to build: those behind its exports, or else its program. */
function entriesOf(name: string): string[] {
  const manifest = readFileSync(new URL(`packages/${name}/package.json`, import.meta.url), "utf8");
  const { exports = {} } = JSON.parse(manifest) as { exports?: Record<string, unknown> };
  const sources = Object.values(exports).flatMap((target) => {
    const source = (target as Record<string, string>)["@usher-auth/source"];
    return source === undefined ? [] : [source.replace("./", "")];
  });
  return sources.length > 0 ? sources : ["src/main.ts"];
}

/** Every package as ES modules with declarations, one file for each public subpath. */
export default defineConfig(
  packages.map((name) => ({
    name,
    cwd: `packages/${name}`,
    entry: entriesOf(name),
    root: "src",
    platform: name === "client" ? ("neutral" as const) : ("node" as const),
    target: name === "client" ? "es2022" : "node22",
    // A program has no importers.
    dts: name === "cli" ? false : { oxc: {} },
    fixedExtension: false,
    sourcemap: true,
    // Editors read docstrings from the declarations. The code is smaller without them.
    // Source maps lead to `src`, which is packed as well: they need not repeat it.
    outputOptions: { comments: { jsdoc: false }, sourcemapExcludeSources: true },
    clean: true,
    // Dependencies stay imports.
    skipNodeModulesBundle: true,
  })),
);
