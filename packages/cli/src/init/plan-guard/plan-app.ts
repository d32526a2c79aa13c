import { posix } from "node:path";
import { exportApp } from "../guard/app-export.ts";
import { addsCors, corsModules } from "../guard/classify.ts";
import type { AppFramework } from "../guard/constructors.ts";
import { type AppPlace, findApps, serves } from "../guard/find-app.ts";
import { guardFile } from "../guard/guard-file.ts";
import { type GuardImport, manualGuardLines, placeGuard } from "../guard/place-guard.ts";
import { makeSignInPublic } from "../guard/public-sign-in.ts";
import { handlersIn } from "../guard/sign-in.ts";
import type { ManualStep } from "../plan.ts";
import type { ProjectFile } from "../project/files.ts";
import type { ModuleStyle } from "../project/module-style.ts";
import { ownerParameterOf } from "../project/owner-parameter.ts";
import type { Project } from "../project/project.ts";
import { importsOf } from "../source/imports.ts";
import { inStyle, styleOf } from "../source/style.ts";
import { parseSource } from "../source/syntax.ts";
import {
  entryOf,
  type GuardPart,
  guardedFile,
  guardFileOf,
  guardImport,
  join,
  moduleOf,
  part,
} from "./guard-part.ts";

/** Plans the guard of a framework whose app is a value that routes are added to. */
export function planApp(project: Project, framework: AppFramework): GuardPart {
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
  const source = parseSource(file.path, file.text);
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
      return source !== undefined && handlersIn(source.program, importsOf(source.program)).length > 0;
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
  const served = places.filter((place) => serves(place) || isServedElsewhere(place, project));
  if (served.length > 0) return served.length === 1 ? served[0] : undefined;
  const outer = places.filter(
    ({ source }) =>
      !places.some((other) => other.source !== source && importsFile(other.source, source.path, project)),
  );
  return outer.length === 1 ? outer[0] : undefined;
}

/** Whether another file imports the app and serves it: `admin.listen()`. */
function isServedElsewhere({ source }: AppPlace, project: Project): boolean {
  return project.sources.some((file) => {
    const other = file.path === source.path ? undefined : project.parse(file);
    if (other === undefined) return false;
    return [...importsOf(other.program)].some(
      ([name, { module }]) =>
        leadsTo(module, other.path, source.path, project) && serves({ source: other, app: name, chain: [] }),
    );
  });
}

function importsFile({ path, program }: AppPlace["source"], target: string, project: Project): boolean {
  return [...importsOf(program).values()].some(({ module }) => leadsTo(module, path, target, project));
}

/** Whether what a file imports is a certain file of the project. */
function leadsTo(module: string, from: string, target: string, { sources }: Project): boolean {
  if (!module.startsWith(".")) return false;
  const known = new Set(sources.map((file) => file.path));
  const base = posix.join(posix.dirname(from), module);
  const stem = base.replace(/\.[mc]?[jt]sx?$/, "");
  const names = [base, ...extensions.flatMap((end) => [stem + end, `${base}/index${end}`])];
  return names.find((name) => known.has(name)) === target;
}

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

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
