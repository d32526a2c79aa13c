import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { SyntaxKind } from "typescript/unstable/ast";
import {
  API,
  type Project,
  SignatureKind,
  SymbolFlags,
  type Symbol as TypeScriptSymbol,
} from "typescript/unstable/sync";

/** A name that a package exports. */
export interface PublicName {
  /** What it is imported from: `@usher-auth/verify/fastify`. */
  readonly module: string;
  readonly name: string;
  readonly kind: "function" | "class" | "options" | "other";
  /** Where it is declared, relative to the root. */
  readonly file: string;
  /** The tags of its docstring, without `@`. */
  readonly tags: readonly string[];
  readonly isDocumented: boolean;
}

/** Resolves a package's exports to its sources. */
const sourceCondition = "@usher-auth/source";

/** Every name that the packages below `packages/` export, by the type checker. */
export function publicNames(root: string): PublicName[] {
  const packages = globSync("packages/*/package.json", { cwd: root })
    .sort()
    .map((file) => join(root, dirname(file)));
  const api = new API({ cwd: root });
  try {
    const projects = packages.map((folder) => join(folder, "tsconfig.json"));
    const snapshot = api.updateSnapshot({ openProjects: projects });
    return packages.flatMap((folder, index) => {
      const project = snapshot.getProject(projects[index] as string);
      if (project === undefined) throw new Error(`${folder}: no tsconfig.json`);
      return entriesOf(folder).flatMap(({ module, source }) => namesOf(project, root, module, source));
    });
  } finally {
    api.close();
  }
}

/** What can be imported from a package, and the source file behind it. */
function entriesOf(folder: string): { module: string; source: string }[] {
  const { name, exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(exports as Record<string, string | Record<string, string>>).flatMap(
    ([path, target]) => {
      const source = typeof target === "string" ? undefined : target[sourceCondition];
      return source === undefined
        ? []
        : [{ module: `${name}${path.slice(1)}`, source: join(folder, source) }];
    },
  );
}

function namesOf(project: Project, root: string, module: string, source: string): PublicName[] {
  const { checker, program } = project;
  const file = program.getSourceFile(source);
  const exported = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  if (exported === undefined) throw new Error(`${source}: exports nothing`);
  return checker.getExportsOfModule(exported).map((symbol) => {
    const isAlias = (symbol.flags & SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    return {
      module,
      name: symbol.name,
      kind: kindOf(project, target),
      file: relative(root, target.declarations[0]?.path ?? source)
        .split(sep)
        .join("/"),
      tags: target.getJsDocTags(checker).map(({ name }) => name),
      isDocumented: target.getDocumentationComment(checker).trim() !== "",
    };
  });
}

function kindOf({ checker }: Project, symbol: TypeScriptSymbol): PublicName["kind"] {
  if (symbol.flags & SymbolFlags.Class) return "class";
  if (symbol.flags & SymbolFlags.Function) return "function";
  if (symbol.flags & SymbolFlags.Variable) {
    const type = checker.getTypeOfSymbol(symbol);
    const isCallable = type !== undefined && checker.getSignaturesOfType(type, SignatureKind.Call).length > 0;
    return isCallable ? "function" : "other";
  }
  const isType = symbol.declarations.some(
    ({ kind }) => kind === SyntaxKind.InterfaceDeclaration || kind === SyntaxKind.TypeAliasDeclaration,
  );
  return isType && symbol.name.endsWith("Options") ? "options" : "other";
}
