import { posix } from "node:path";
import type { Node, Program } from "@babel/types";
import type { AppPlace } from "../guard/find-app.ts";
import type { GuardImport } from "../guard/place-guard.ts";
import type { ManualStep } from "../plan.ts";
import type { ProjectFile } from "../project/files.ts";
import { type ModuleStyle, moduleStyleOf } from "../project/module-style.ts";
import type { Project } from "../project/project.ts";
import { importsOf, resolve } from "../source/imports.ts";
import { styleOf } from "../source/style.ts";
import { contains, walk } from "../source/syntax.ts";
import type { AppExport } from "../test-file.ts";

/** What is done for the guard itself. */
export interface GuardPart {
  /** New files and new texts, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly present: readonly string[];
  readonly manual: readonly ManualStep[];
  /** How a test gets the app; undefined if it cannot. `from` is a path in the project. */
  readonly app: AppExport | undefined;
  /** Where the guard's file is, or would be. */
  readonly folder: string;
  readonly module: ModuleStyle;
}

/** The file where the guard is in use already. */
export function guardedFile(project: Project, subpath: string): string | undefined {
  const found = project.sources.find((file) => {
    if (!/usher/i.test(file.text)) return false;
    const source = project.parse(file);
    if (source === undefined) return false;
    const imports = importsOf(source.program);
    const isGuard = (module: string | undefined) => module === `@usher-auth/verify/${subpath}`;
    // `const guard = usher(…)` guards nothing by itself.
    const idle = idleGuards(source.program, project);
    return contains(source.program, (node) => {
      if (node.type !== "CallExpression" || idle.has(node)) return false;
      const callee = resolve(node.callee, imports);
      if (callee?.imported === "usherOptions" && callee.module.startsWith(".")) return true;
      const object =
        node.callee.type === "MemberExpression" ? resolve(node.callee.object, imports) : undefined;
      if (isGuard(callee?.module) && /^(?:usher|enforce)/.test(callee?.imported ?? "")) return true;
      if (isGuard(object?.module) && object?.imported === "UsherModule") return true;
      return node.arguments.some((argument) => isGuard(resolve(argument, imports)?.module));
    });
  });
  return found?.path;
}

/** What is called for variables that no call of the project gets, and that have no other name elsewhere. */
function idleGuards(program: Program, project: Project): ReadonlySet<Node> {
  const calls = new Map<string, Node>();
  walk(program, (node) => {
    if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.init?.type === "CallExpression"
    )
      calls.set(node.id.name, node.init);
  });
  const isUsed = (name: string) =>
    project.sources.some((file) => {
      const source = file.text.includes(name) ? project.parse(file) : undefined;
      const isName = (node: Node) => node.type === "Identifier" && node.name === name;
      return (
        source !== undefined &&
        contains(source.program, (node) => {
          if (node.type === "CallExpression")
            return [node.callee, ...node.arguments].some((given) => contains(given, isName));
          if (node.type === "ImportSpecifier") return isName(node.imported) && !isName(node.local);
          return node.type === "ExportDefaultDeclaration" && isName(node.declaration);
        })
      );
    });
  return new Set([...calls].filter(([name]) => !isUsed(name)).map(([, call]) => call));
}

/** The guard's file that an earlier run wrote: it may not be in use yet. */
export function guardFileOf(project: Project, subpath: string): ProjectFile | undefined {
  return project.sources.find(
    ({ path, text }) =>
      /(?:^|\/)usher\.[mc]?[jt]s$/.test(path) && text.includes(`@usher-auth/verify/${subpath}`),
  );
}

export function entryOf({ sources, manifest }: Project, place?: AppPlace): ProjectFile {
  if (place !== undefined) return place.source;
  const main = sources.find(({ path }) => path === manifest?.main?.replace(/^\.\//, ""));
  const usual = sources.find(({ path }) => /^(?:src\/)?(?:index|main|server|app)\.[mc]?[jt]s$/.test(path));
  return main ?? usual ?? sources[0] ?? { path: "index.js", text: "" };
}

export function moduleOf({ manifest, typescript, sources }: Project, file: ProjectFile): ModuleStyle {
  return moduleStyleOf(file, manifest ?? { type: undefined }, typescript, sources);
}

export function guardImport(
  { manifest, typescript }: Project,
  from: ProjectFile,
  path: string,
  module: ModuleStyle,
): GuardImport {
  const style = styleOf(from.text);
  // TypeScript compiles a file to CommonJS unless its settings and package.json say otherwise.
  const isEsm =
    module.language === "js" ||
    typescript === undefined ||
    /^(?:es20(?:2\d)|esnext|preserve)$/.test(typescript.module ?? "") ||
    (/^node/.test(typescript.module ?? "") && (manifest?.type === "module" || module.extension === ".mts"));
  return {
    from: specifierOf(from.path, path, module),
    moduleKind: module.moduleKind,
    style,
    allowsTopLevelAwait: isEsm,
  };
}

/** How one file of the project imports another. */
export function specifierOf(
  from: string,
  to: string,
  { importExtension }: Pick<ModuleStyle, "importExtension">,
): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.[mc]?[jt]sx?$/, "");
  return `${path.startsWith(".") ? "" : "./"}${path}${importExtension}`;
}

export function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export function part(given: Partial<GuardPart> & Pick<GuardPart, "folder" | "module">): GuardPart {
  return { texts: new Map(), present: [], manual: [], app: undefined, ...given };
}
