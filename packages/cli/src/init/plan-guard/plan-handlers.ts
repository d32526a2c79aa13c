import { posix } from "node:path";
import type { Answers } from "../answers.ts";
import { basePathOf } from "../better-auth/base-path.ts";
import { guardFile, nitroMiddleware, subpathOf } from "../guard/guard-file.ts";
import type { ManualStep } from "../plan.ts";
import type { ProjectFile } from "../project/files.ts";
import type { ModuleStyle } from "../project/module-style.ts";
import { ownerParameterOf } from "../project/owner-parameter.ts";
import type { Project } from "../project/project.ts";
import { isSignIn, routeFiles, unguardedHandlers } from "../route-files.ts";
import { inStyle, styleOf } from "../source/style.ts";
import {
  entryOf,
  type GuardPart,
  guardedFile,
  guardFileOf,
  join,
  moduleOf,
  part,
  specifierOf,
} from "./guard-part.ts";

/** Whether it is Nuxt or Nitro, where the guard is a file in a folder of middleware. */
export function isNitro({ manifest }: Project, { framework }: Answers): boolean {
  return framework === "h3-v1" && (manifest?.all.nuxt !== undefined || manifest?.all.nitropack !== undefined);
}

/** The frameworks in which each handler is guarded by itself. */
export function planHandlers(project: Project, answers: Answers): GuardPart {
  const { framework } = answers;
  const entry = handlersEntry(project, answers);
  const module = moduleOf(project, entry);
  const style = styleOf(entry.text);
  if (isNitro(project, answers)) {
    const path = `server/middleware/usher.${module.language}`;
    if (project.files.some((file) => file.path === path && file.text.includes("@usher-auth/verify")))
      return part({ folder: "server", module, present: [`the guard, in ${path}`] });
    const signIn = answers.issuer.kind === "here" ? `${basePathOf(project, answers)}/` : undefined;
    const isNuxt = project.manifest?.all.nuxt !== undefined;
    const text = nitroMiddleware(ownerParameterOf(project.sources), { isNuxt, signIn });
    const typed = module.language === "ts" ? text : text.replace("(path: string)", "(path)");
    return part({ folder: "server", module, texts: new Map([[path, inStyle(typed, style)]]) });
  }
  // A Next.js app may have no handlers but Better Auth's: its API is another program.
  const isOnlyIssuer =
    framework === "next" && routeFiles(project, framework).every((file) => isSignIn(file, project));
  if (isOnlyIssuer) return part({ folder: "", module });
  const own = guardFileOf(project, subpathOf(framework));
  const path = own?.path ?? guardPath(project, answers, entry, module);
  const texts = new Map<string, string>();
  if (own === undefined && !isGuardedByHand(project, subpathOf(framework)))
    texts.set(path, inStyle(guardFile({ framework, ...module }, ownerParameterOf(project.sources)), style));
  const from = (file: string) => specifierOf(file, path, module);
  const manual =
    framework === "next" || framework === "fetch"
      ? unguardedHandlers(project, framework, from)
      : framework === "node" || framework === "trpc"
        ? unguardedServer(project, framework, from)
        : [];
  const present = texts.size === 0 ? [`the guard, in ${own?.path ?? "another file"}`] : [];
  return part({ folder: posix.dirname(path).replace(/^\.$/, ""), module, texts, manual, present });
}

function isGuardedByHand(project: Project, subpath: string): boolean {
  return guardedFile(project, subpath) !== undefined;
}

function handlersEntry(project: Project, { framework }: Answers): ProjectFile {
  const isHandler = ({ path }: ProjectFile) =>
    framework === "next"
      ? (path.startsWith("app/") || path.startsWith("src/app/")) && /\.tsx?$/.test(path)
      : framework === "fetch" && /(?:\+|hooks\.)server\.[jt]s$/.test(path);
  const word = framework === "trpc" ? "initTRPC" : framework === "node" ? "createServer" : undefined;
  return (
    project.sources.find((file) => isHandler(file) || (word !== undefined && file.text.includes(word))) ??
    entryOf(project)
  );
}

function guardPath(
  project: Project,
  { framework }: Answers,
  entry: ProjectFile,
  module: ModuleStyle,
): string {
  const extension = project.typescript !== undefined ? ".ts" : module.extension;
  const has = (folder: string) => project.sources.some(({ path }) => path.startsWith(folder));
  if (framework === "next") return `${has("src/app/") ? "src/" : ""}lib/usher${extension}`;
  if (framework === "fetch" && has("src/routes/")) return `src/lib/server/usher${extension}`;
  return join(posix.dirname(entry.path).replace(/^\.$/, ""), `usher${extension}`);
}

/** The lines for a plain server and for tRPC, where only the author knows what is public. */
function unguardedServer(
  project: Project,
  framework: "node" | "trpc",
  from: (path: string) => string,
): ManualStep[] {
  const word = framework === "trpc" ? "initTRPC" : "createServer";
  return project.sources
    .filter(
      ({ path, text }) =>
        text.includes(word) && !/\.protect\(/.test(text) && !/(?:^|\/)usher\.[mc]?[jt]s$/.test(path),
    )
    .map((file) => {
      const loaded = `import { guard } from "${from(file.path)}";`;
      const type = /\.[mc]?tsx?$/.test(file.path);
      const lines =
        framework === "trpc"
          ? [
              loaded,
              ...(type ? ['import type { UsherContext } from "@usher-auth/verify/trpc";'] : []),
              "",
              `const t = initTRPC${type ? ".context<UsherContext>()" : ""}.create({ errorFormatter: guard.formatError });`,
              "export const publicProcedure = t.procedure;",
              "export const protectedProcedure = guard.protect(t.procedure);",
              "",
              "// where the router is served:",
              "const { createContext, responseMeta } = guard;",
              "createHTTPServer({ router, createContext, responseMeta });",
            ]
          : [
              loaded,
              "",
              `const route = { path: ["/api/:userId/tasks"] }${type ? " as const" : ""}; // all of its paths`,
              "const api = guard.protect(route, (request, response, { path, params, principal }) => {",
              "  // the listener as it is",
              "});",
              "createServer(api);",
            ];
      const why =
        framework === "trpc"
          ? "tRPC has no hook for every procedure: each is built from publicProcedure or protectedProcedure"
          : "a server without a router does not say which paths it has";
      return { path: file.path, why, lines: inStyle(lines.join("\n"), styleOf(file.text)) };
    });
}
