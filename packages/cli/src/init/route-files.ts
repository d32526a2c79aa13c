import type { Answers } from "./answers.ts";
import { handlersIn } from "./guard/sign-in.ts";
import type { ManualStep } from "./plan.ts";
import { isTest, type ProjectFile } from "./project/files.ts";
import type { Project } from "./project/project.ts";
import { importsOf } from "./source/imports.ts";
import { inStyle, styleOf } from "./source/style.ts";
import type { ParsedSource } from "./source/syntax.ts";

const patterns = {
  next: /^(?:src\/)?app\/(?:.*\/)?route\.[mc]?[jt]sx?$/,
  fetch: /(?:^|\/)\+server\.[jt]s$/,
} as const;

/** The files whose exports are route handlers. */
export function routeFiles({ sources }: Project, framework: "next" | "fetch"): ProjectFile[] {
  return sources.filter(({ path }) => patterns[framework].test(path));
}

/** Whether a file of route handlers serves Better Auth: its handlers are public. */
export function isSignIn(file: ProjectFile, project: Project): boolean {
  if (/toNextJsHandler|svelteKitHandler|backchannelLogout/.test(file.text)) return true;
  const source = project.parse(file);
  return source !== undefined && handlersIn(source.program, importsOf(source.program)).length > 0;
}

/** Whether a test names the file: as one that is meant to be public. */
function isListed({ path }: ProjectFile, { files }: Project): boolean {
  return files.some((file) => isTest(file.path) && file.text.includes(path));
}

/** What to change in each file whose handlers are public now. */
export function unguardedHandlers(
  project: Project,
  framework: "next" | "fetch",
  from: (path: string) => string,
): ManualStep[] {
  return routeFiles(project, framework)
    .filter((file) => !/\.protect\(/.test(file.text) && !isSignIn(file, project) && !isListed(file, project))
    .map((file) => ({
      path: file.path,
      why: "a file of route handlers is public until each handler is protected",
      lines: inStyle(
        protectedLines(file, project.parse(file), framework, from(file.path)),
        styleOf(file.text),
      ),
    }));
}

const httpMethods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/** The methods whose handlers a file exports. */
function exportedMethods({ program }: ParsedSource): string[] {
  return program.body.flatMap((statement): string[] => {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : undefined;
    const ids =
      declaration?.type === "VariableDeclaration"
        ? declaration.declarations.map(({ id }) => id)
        : declaration?.type === "FunctionDeclaration"
          ? [declaration.id]
          : [];
    return ids.flatMap((id) => (id?.type === "Identifier" && httpMethods.has(id.name) ? [id.name] : []));
  });
}

function protectedLines(
  { path }: ProjectFile,
  source: ParsedSource | undefined,
  framework: "next" | "fetch",
  from: string,
): string {
  const methods = source === undefined ? [] : exportedMethods(source);
  const isTyped = /\.[mc]?tsx?$/.test(path);
  const names = [...path.matchAll(/\[(?:\.\.\.)?(\w+)\]/g)].map(([, name]) => name as string);
  const type = `{ ${names.map((name) => `${name}: string`).join("; ")} }`;
  const parameters = framework === "next" ? `Promise<${type}>` : type;
  const event = framework === "next" ? "context" : "event";
  const second = isTyped
    ? `${event}: { ${framework === "fetch" ? "request: Request; " : ""}params: ${parameters} }`
    : event;
  const request = isTyped ? "_request: Request" : "_request";
  const options = `{ params: (${request}, ${second}) => ${event}.params }`;
  const lines = (methods.length === 0 ? ["GET"] : methods).flatMap((method) =>
    framework === "next"
      ? [
          `export const ${method} = guard.protect(${options}, async (request, { params, principal }) => {`,
          "  // the body as it is",
          "});",
        ]
      : [
          `const handle${method} = guard.protect(${options}, async (request, { params, principal }) => {`,
          "  // the body as it is",
          "});",
          `export const ${method} = (event${isTyped ? `: { request: Request; params: ${type} }` : ""}) => handle${method}(event.request, event);`,
        ],
  );
  return [`import { guard } from "${from}";`, "", ...lines].join("\n");
}

/** A test that fails for each file of handlers that is not guarded. */
export function routeFilesTest(
  project: Project,
  { framework, moduleKind }: Pick<Answers, "moduleKind"> & { readonly framework: "next" | "fetch" },
  runner: "vitest" | "jest" | "node",
): string {
  const open = routeFiles(project, framework)
    .filter((file) => isSignIn(file, project))
    .map(({ path }) => path);
  const glob =
    framework === "next"
      ? `${project.sources.some(({ path }) => path.startsWith("src/app/")) ? "src/" : ""}app/**/route.{ts,tsx,js,jsx}`
      : "src/routes/**/+server.{ts,js}";
  const load = (names: string, from: string, isDefault = false) => {
    if (moduleKind === "cjs") return `const ${isDefault ? names : `{ ${names} }`} = require("${from}");`;
    return `import ${isDefault ? names : `{ ${names} }`} from "${from}";`;
  };
  return [
    load("assert", "node:assert/strict", true),
    load("globSync, readFileSync", "node:fs"),
    ...(runner === "node" ? [load("test", "node:test")] : []),
    ...(runner === "vitest" ? [load("test", "vitest")] : []),
    "",
    "// A file of route handlers is public until each handler is made by `guard.protect`.",
    `const open = new Set(${JSON.stringify(open)});`,
    "",
    'test("every file of route handlers is guarded, or listed as open", () => {',
    `  const files = globSync("${glob}").map((path) => path.replaceAll("\\\\", "/"));`,
    "  const exported = /^export\\s+(?:async\\s+)?(?:function|const)\\s+(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\\b/gm;",
    "  const unguarded = files.filter((path) => {",
    '    const text = readFileSync(path, "utf8");',
    '    return !open.has(path) && text.split(".protect(").length - 1 < [...text.matchAll(exported)].length;',
    "  });",
    "  assert.deepEqual(unguarded, []);",
    "});",
    "",
  ].join("\n");
}
