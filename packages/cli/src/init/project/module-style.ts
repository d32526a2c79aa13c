import { posix } from "node:path";
import { parseExpression } from "@babel/parser";
import type { ProjectFile } from "./files.ts";
import type { Manifest } from "./manifest.ts";

/** What `usher-auth init` reads of a tsconfig.json. */
export interface TypeScriptSettings {
  readonly module: string | undefined;
  readonly moduleResolution: string | undefined;
  readonly allowsTsExtensions: boolean;
  readonly rootDir: string | undefined;
  readonly hasInclude: boolean;
}

/** Reads a tsconfig.json, which may have comments; undefined if it is not valid. Does not follow `extends`. */
export function readTypeScriptSettings(text: string): TypeScriptSettings | undefined {
  let node: ReturnType<typeof parseExpression>;
  try {
    node = parseExpression(text.replace(/^\uFEFF/, ""), { createParenthesizedExpressions: false });
  } catch {
    return undefined;
  }
  const root = membersOf(node);
  const options = membersOf(root.get("compilerOptions"));
  const word = (name: string) => {
    const value = options.get(name);
    return value?.type === "StringLiteral" ? value.value.toLowerCase() : undefined;
  };
  const isOn = (name: string) => {
    const value = options.get(name);
    return value?.type === "BooleanLiteral" && value.value;
  };
  return {
    module: word("module"),
    moduleResolution: word("moduleResolution"),
    allowsTsExtensions: isOn("allowImportingTsExtensions") || isOn("rewriteRelativeImportExtensions"),
    rootDir: word("rootDir"),
    hasInclude: root.has("include") || root.has("files"),
  };
}

type Expression = ReturnType<typeof parseExpression>;

function membersOf(node: Expression | undefined): ReadonlyMap<string, Expression> {
  if (node?.type !== "ObjectExpression") return new Map();
  return new Map(
    node.properties.flatMap((property): [string, Expression][] =>
      property.type === "ObjectProperty" && property.key.type === "StringLiteral"
        ? [[property.key.value, property.value as Expression]]
        : [],
    ),
  );
}

/** How the files of a project import each other. */
export interface ModuleStyle {
  readonly language: "ts" | "js";
  readonly moduleKind: "esm" | "cjs";
  /** The extension of a new file. */
  readonly extension: string;
  /** How a new file is imported: `.js`, `.ts`, or nothing. */
  readonly importExtension: string;
}

/**
 * How a file imports others, and what kind of module a new file beside it is. If it imports no other file,
 * the others of the project are examples.
 */
export function moduleStyleOf(
  file: ProjectFile,
  manifest: Pick<Manifest, "type">,
  typescript: TypeScriptSettings | undefined,
  others: readonly ProjectFile[] = [],
): ModuleStyle {
  const own = posix.extname(file.path);
  const language = /ts/.test(own) ? "ts" : "js";
  const hasImports = file.text
    .split("\n")
    .some((line) => /^(?:import[ {"'*]|export[ {*])/.test(line.trimStart()));
  const hasRequire = /\brequire\s*\(|\bmodule\.exports\b/.test(file.text);
  const kindOfName = /^\.m/.test(own) ? "esm" : /^\.c/.test(own) ? "cjs" : undefined;
  const moduleKind =
    kindOfName ??
    (hasImports
      ? "esm"
      : hasRequire
        ? "cjs"
        : manifest.type === "module"
          ? "esm"
          : language === "ts"
            ? "esm"
            : "cjs");
  const extension = own === ".jsx" ? ".js" : own === ".tsx" ? ".ts" : own;
  return {
    language,
    moduleKind,
    extension,
    importExtension: importExtensionOf([file, ...others], extension, moduleKind, typescript),
  };
}

function importExtensionOf(
  files: readonly ProjectFile[],
  extension: string,
  moduleKind: "esm" | "cjs",
  typescript: TypeScriptSettings | undefined,
): string {
  for (const { path, text } of files) {
    if (/ts/.test(posix.extname(path)) !== /ts/.test(extension)) continue;
    const lines = text.split("\n").filter((line) => /\b(?:from|import|require)\b/.test(line));
    const [, specifier] = /["'](\.{1,2}\/[^"']+)["']/.exec(lines.join("\n")) ?? [];
    if (specifier !== undefined) return /(\.[mc]?[jt]s)$/.exec(specifier)?.[1] ?? "";
  }
  if (!extension.includes("ts")) return moduleKind === "cjs" && extension === ".js" ? "" : extension;
  if (typescript === undefined || typescript.allowsTsExtensions) return extension;
  if (typescript.moduleResolution === "bundler" || typescript.module === "commonjs") return "";
  if (/^(?:node16|node18|node20|nodenext)$/.test(typescript.moduleResolution ?? typescript.module ?? ""))
    return extension.replace("t", "j");
  return "";
}
