/**
 * Writes the reference of every entry of the packages as Markdown into a folder: `typedoc.ts <folder>`. A
 * separate process, because TypeDoc needs the compiler's interface in JavaScript, which TypeScript 7 does not
 * have.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [, , folder] = process.argv;
if (folder === undefined) throw new Error("name the folder to write to");

const requireForDocs = createRequire(join(root, "docs/package.json"));
const compiler = pathToFileURL(requireForDocs.resolve("typescript")).href;
registerHooks({
  resolve: (name, context, next) =>
    name === "typescript" ? { url: compiler, shortCircuit: true } : next(name, context),
});

/** The source of each entry that a package exports, with the name that it is imported by, without the scope. */
function entriesOf(name: string): { name: string; source: string }[] {
  const { exports = {} } = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as {
    exports?: Record<string, { "@usher-auth/source"?: string }>;
  };
  return Object.entries(exports).flatMap(([path, target]) => {
    const source = target["@usher-auth/source"];
    return source === undefined
      ? []
      : [{ name: join(name, path), source: join(root, "packages", name, source) }];
  });
}
const entries = readdirSync(join(root, "packages")).sort().flatMap(entriesOf);
const nameOf = new Map(entries.map(({ name, source }) => [source, name]));

const { Application } = await import(pathToFileURL(requireForDocs.resolve("typedoc")).href);
const application = await Application.bootstrapWithPlugins({
  entryPoints: entries.map(({ source }) => source),
  tsconfig: join(root, "scripts/docs/typedoc.json"),
  plugin: [requireForDocs.resolve("typedoc-plugin-markdown")],
  router: "module",
  out: folder,
  // `npm run check` checks the types, with another version of the compiler.
  skipErrorChecking: true,
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  hidePageTitle: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: "table",
  groupOrder: ["Functions", "Classes", "Variables", "Interfaces", "*"],
  logLevel: "Warn",
});
const project = await application.convert();
if (project === undefined) process.exit(1);
for (const module of project.children ?? []) {
  module.name = nameOf.get(project.files.getReflectionPath(module) ?? "") ?? module.name;
}
await application.generateOutputs(project);
process.exitCode = application.logger.errorCount > 0 ? 1 : 0;
