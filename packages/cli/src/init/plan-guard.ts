import { posix } from "node:path";
import type { Answers } from "./answers.ts";
import { exportApp } from "./guard/app-export.ts";
import { addsCors, corsModules, hasBetterAuthHandler } from "./guard/classify.ts";
import { type AppFramework, isAppFramework } from "./guard/constructors.ts";
import { type AppPlace, findApps, serves } from "./guard/find-app.ts";
import { guardFile, nitroMiddleware, subpathOf } from "./guard/guard-file.ts";
import { hasModule, importGuardModule, manualNestLines, rootModuleName } from "./guard/nest.ts";
import { type GuardImport, manualGuardLines, placeGuard } from "./guard/place-guard.ts";
import { makeSignInPublic } from "./guard/public-sign-in.ts";
import type { ManualStep } from "./plan.ts";
import type { ProjectFile } from "./project/files.ts";
import { type ModuleStyle, moduleStyleOf } from "./project/module-style.ts";
import { ownerParameterOf } from "./project/owner-parameter.ts";
import type { Project } from "./project/project.ts";
import { isSignIn, routeFiles, unguardedHandlers } from "./route-files.ts";
import { importsOf, resolve } from "./source/imports.ts";
import { inStyle, styleOf } from "./source/style.ts";
import { contains, type ParsedSource, parseSource } from "./source/syntax.ts";
import type { AppExport } from "./test-file.ts";

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

/** Plans the guard: its file, and the lines that add it. */
export function planGuard(project: Project, answers: Answers): GuardPart {
  const { framework } = answers;
  if (isAppFramework(framework) && !isNitro(project, answers)) return planApp(project, framework);
  if (framework === "nestjs") return planNest(project);
  return planHandlers(project, answers);
}

/** The file where the guard is in use already. */
function guardedFile(project: Project, subpath: string): string | undefined {
  const found = project.sources.find((file) => {
    if (!/usher/i.test(file.text)) return false;
    const source = project.parse(file);
    if (source === undefined) return false;
    const imports = importsOf(source.program);
    const isGuard = (module: string | undefined) => module === `@usher-auth/verify/${subpath}`;
    return contains(source.program, (node) => {
      if (node.type !== "CallExpression") return false;
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

/** The guard's file that an earlier run wrote: it may not be in use yet. */
function guardFileOf(project: Project, subpath: string): ProjectFile | undefined {
  return project.sources.find(
    ({ path, text }) =>
      /(?:^|\/)usher\.[mc]?[jt]s$/.test(path) && text.includes(`@usher-auth/verify/${subpath}`),
  );
}

function planApp(project: Project, framework: AppFramework): GuardPart {
  const places = project.sources.flatMap((file) => {
    const source = project.parse(file);
    return source === undefined ? [] : findApps(source, framework);
  });
  const place = onlyApp(project, places);
  const entry = entryOf(project, place);
  const own = guardFileOf(project, framework);
  const folder = posix.dirname(own?.path ?? entry.path).replace(/^\.$/, "");
  const module = moduleOf(project, entry);
  const style = styleOf(entry.text);
  const path = own?.path ?? join(folder, `usher${module.extension}`);
  const guarded = guardedFile(project, framework);
  if (guarded !== undefined) {
    const app = appExport(place, place?.source.text, framework, module);
    const isExported = app !== undefined && app.text === place?.source.text;
    return part({
      folder,
      module,
      present: [`the guard, in ${guarded}`],
      app: isExported ? app.app : undefined,
    });
  }
  const texts = new Map<string, string>();
  const manual: ManualStep[] = [];
  if (own === undefined && project.files.some((file) => file.path === path))
    manual.push({ path, why: "the file exists already, with something else in it", lines: "" });
  else if (own === undefined)
    texts.set(path, inStyle(guardFile({ framework, ...module }, ownerParameterOf(project.sources)), style));

  const guard = guardImport(project, entry, path, module);
  let app: GuardPart["app"];
  const edited = placeOrWhy(project, place, places.length, framework, guard);
  const signIn: ManualStep[] = [];
  if ("after" in edited && place !== undefined) {
    const exported = appExport(place, edited.after, framework, module);
    let text = exported?.text ?? edited.after;
    app = exported?.app;
    if (framework === "fastify" || framework === "h3" || framework === "elysia") {
      for (const file of project.sources) {
        const current = file.path === entry.path ? text : file.text;
        const opened = openSignIn(project, { path: file.path, text: current }, framework);
        if (opened === undefined) continue;
        if ("why" in opened) signIn.push({ path: file.path, why: opened.why, lines: publicLines[framework] });
        else if (file.path === entry.path) text = opened.after;
        else texts.set(file.path, opened.after);
      }
    }
    texts.set(entry.path, text);
    manual.push(...signIn);
  } else if ("why" in edited) {
    const name = place?.app ?? "app";
    manual.push({
      path: entry.path,
      why: edited.why,
      lines: manualGuardLines(framework, guard.from, name, style, module.moduleKind),
    });
  }
  return part({ folder, module, texts, manual, app });
}

const publicLines = {
  fastify: 'app.route({ config: { public: true }, method: ["GET", "POST"], url: "/api/auth/*", handler });',
  h3: 'app.all("/api/auth/**", handler, { meta: { public: true } });',
  elysia: '.all("/api/auth/*", ({ request }) => auth.handler(request), { public: true })',
} as const;

function openSignIn(project: Project, file: ProjectFile, framework: "fastify" | "h3" | "elysia") {
  if (project.betterAuthFiles.includes(file.path) && !/handler/.test(file.text)) return undefined;
  if (!/better-auth|handler/.test(file.text)) return undefined;
  const source = reparse(file);
  return source === undefined ? undefined : makeSignInPublic(source, framework);
}

function placeOrWhy(
  project: Project,
  place: AppPlace | undefined,
  count: number,
  framework: AppFramework,
  guard: GuardImport,
) {
  if (place === undefined)
    return {
      why:
        count === 0
          ? "the line that creates the app was not found"
          : "there are several apps, and which one serves the API is not clear",
    };
  if (framework === "hono" || framework === "express" || framework === "koa" || framework === "h3-v1") {
    const elsewhere = project.sources.find((file) => {
      if (file.path === place.source.path || !/better-auth|handler/.test(file.text)) return false;
      const source = project.parse(file);
      return source !== undefined && hasBetterAuthHandler(source.program, importsOf(source.program));
    });
    if (elsewhere !== undefined)
      return {
        why: `${elsewhere.path} serves Better Auth: where that is added to the app, it must be before the guard, or nobody can sign in`,
      };
  }
  const cors = addsCors(place)
    ? undefined
    : project.sources.find(({ text }) =>
        corsModules.some((name) => text.includes(`"${name}"`) || text.includes(`'${name}'`)),
      );
  if (cors !== undefined)
    return { why: `CORS is added in ${cors.path}, and must come before the guard: a preflight has no token` };
  return placeGuard(place, framework, guard);
}

/**
 * The app of the API: the only one; or the only one that is served; or the only one whose file no other file
 * with an app imports, since that may add it to its own.
 */
function onlyApp(project: Project, places: readonly AppPlace[]): AppPlace | undefined {
  if (places.length < 2) return places[0];
  const served = places.filter(serves);
  if (served.length > 0) return served.length === 1 ? served[0] : undefined;
  const outer = places.filter(
    ({ source }) =>
      !places.some((other) => other.source !== source && importsFile(other.source, source.path, project)),
  );
  return outer.length === 1 ? outer[0] : undefined;
}

function importsFile({ path, program }: AppPlace["source"], target: string, { sources }: Project): boolean {
  const known = new Set(sources.map((file) => file.path));
  return [...importsOf(program).values()].some(({ module }) => {
    if (!module.startsWith(".")) return false;
    const base = posix.join(posix.dirname(path), module);
    const stem = base.replace(/\.[mc]?[jt]sx?$/, "");
    const names = [base, ...extensions.flatMap((end) => [stem + end, `${base}/index${end}`])];
    return names.find((name) => known.has(name)) === target;
  });
}

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

function entryOf({ sources, manifest }: Project, place: AppPlace | undefined): ProjectFile {
  if (place !== undefined) return place.source;
  const main = sources.find(({ path }) => path === manifest?.main?.replace(/^\.\//, ""));
  const usual = sources.find(({ path }) => /^(?:src\/)?(?:index|main|server|app)\.[mc]?[jt]s$/.test(path));
  return main ?? usual ?? sources[0] ?? { path: "index.js", text: "" };
}

function appExport(
  place: AppPlace | undefined,
  text: string | undefined,
  framework: AppFramework,
  module: ModuleStyle,
) {
  if (place === undefined || text === undefined) return undefined;
  const { path } = place.source;
  const index = findApps(place.source, framework).findIndex(({ creation }) => creation === place.creation);
  const exported = exportApp(path, text, index, framework, module.moduleKind, styleOf(text));
  if (exported === undefined) return undefined;
  const { kind, name, listens } = exported;
  return { text: exported.text, app: { kind, name, listens, from: path } as const };
}

function moduleOf({ manifest, typescript, sources }: Project, file: ProjectFile): ModuleStyle {
  return moduleStyleOf(file, manifest ?? { type: undefined }, typescript, sources);
}

function guardImport(
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

function planNest(project: Project): GuardPart {
  const names = project.sources.flatMap((file) => {
    const source = file.text.includes("NestFactory") ? project.parse(file) : undefined;
    const name = source && rootModuleName(source);
    return name === undefined ? [] : [{ name, file }];
  });
  const name = new Set(names.map((one) => one.name)).size === 1 ? names[0]?.name : undefined;
  const roots = project.sources.filter((file) => {
    const source = name !== undefined && file.text.includes(name) ? project.parse(file) : undefined;
    return source !== undefined && name !== undefined && hasModule(source, name);
  });
  const root = roots.length === 1 ? roots[0] : undefined;
  const entry = root ?? names[0]?.file ?? entryOf(project, undefined);
  const source = root && project.parse(root);
  const own = guardFileOf(project, "nestjs");
  const folder = posix.dirname(own?.path ?? entry.path).replace(/^\.$/, "");
  const module = moduleOf(project, entry);
  const path = own?.path ?? join(folder, `usher${module.extension}`);
  const app =
    source === undefined || root === undefined || name === undefined || !isExportedClass(source, name)
      ? undefined
      : ({ kind: "nest", name, from: root.path } as const);
  const guarded = guardedFile(project, "nestjs");
  if (guarded !== undefined) return part({ folder, module, present: [`the guard, in ${guarded}`], app });
  const texts = new Map<string, string>();
  const style = styleOf(entry.text);
  if (own === undefined)
    texts.set(
      path,
      inStyle(guardFile({ framework: "nestjs", ...module }, ownerParameterOf(project.sources)), style),
    );
  const guard = guardImport(project, entry, path, module);
  const edited =
    source === undefined || name === undefined
      ? { why: "the root module was not found" }
      : importGuardModule(source, name, guard);
  if ("after" in edited) {
    texts.set(entry.path, edited.after);
    return part({ folder, module, texts, app });
  }
  const manual = [{ path: entry.path, why: edited.why, lines: manualNestLines(guard) }];
  return part({ folder, module, texts, manual });
}

function isExportedClass({ program }: ParsedSource, name: string): boolean {
  return program.body.some(
    (statement) =>
      statement.type === "ExportNamedDeclaration" &&
      statement.declaration?.type === "ClassDeclaration" &&
      statement.declaration.id?.name === name,
  );
}

function isNitro({ manifest }: Project, { framework }: Answers): boolean {
  return framework === "h3-v1" && (manifest?.all.nuxt !== undefined || manifest?.all.nitropack !== undefined);
}

/** The frameworks in which each handler is guarded by itself. */
function planHandlers(project: Project, answers: Answers): GuardPart {
  const { framework } = answers;
  const entry = handlersEntry(project, answers);
  const module = moduleOf(project, entry);
  const style = styleOf(entry.text);
  if (isNitro(project, answers)) {
    const path = `server/middleware/usher.${module.language}`;
    if (project.files.some((file) => file.path === path && file.text.includes("@usher-auth/verify")))
      return part({ folder: "server", module, present: [`the guard, in ${path}`] });
    const servesBetterAuth = answers.issuer.kind === "here";
    const isNuxt = project.manifest?.all.nuxt !== undefined;
    const text = nitroMiddleware(ownerParameterOf(project.sources), { isNuxt, servesBetterAuth });
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
    entryOf(project, undefined)
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

function reparse(file: ProjectFile) {
  return parseSource(file.path, file.text);
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function part(given: Partial<GuardPart> & Pick<GuardPart, "folder" | "module">): GuardPart {
  return { texts: new Map(), present: [], manual: [], app: undefined, ...given };
}
