import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type FrameworkName, frameworkNames } from "../frameworks.ts";
import { isAppFramework } from "../guard/constructors.ts";
import { findApps } from "../guard/find-app.ts";
import { importsOf, resolve } from "../source/imports.ts";
import { contains, type ParsedSource } from "../source/syntax.ts";
import type { ProjectFile } from "./files.ts";
import type { Manifest } from "./manifest.ts";

/** A framework that builds on others: where it is, those are not meant. */
const whole: readonly (readonly [dependency: string, framework: FrameworkName])[] = [
  ["@nestjs/core", "nestjs"],
  ["next", "next"],
  ["nuxt", "h3-v1"],
  ["nitropack", "h3-v1"],
  ["@sveltejs/kit", "fetch"],
  ["@react-router/node", "fetch"],
];
const single: readonly (readonly [dependency: string, framework: FrameworkName])[] = [
  ["fastify", "fastify"],
  ["express", "express"],
  ["hono", "hono"],
  ["@hono/zod-openapi", "hono"],
  ["koa", "koa"],
  ["elysia", "elysia"],
  ["@trpc/server", "trpc"],
];

/**
 * The frameworks that a project's API may be written in: those that it depends on. If there are several, only
 * those that its source creates an app of.
 */
export async function findFrameworks(
  folder: string,
  manifest: Manifest,
  sources: readonly ProjectFile[],
  parse: (file: ProjectFile) => ParsedSource | undefined,
): Promise<FrameworkName[]> {
  const guarded = guardedFrameworks(sources);
  // The guard of Next.js is that of fetch handlers.
  const isNext = guarded.includes("fetch") && manifest.all.next !== undefined;
  if (guarded.length > 0) return isNext ? ["next"] : guarded;
  const named = (table: typeof whole) => [
    ...new Set(table.flatMap(([dependency, name]) => (manifest.all[dependency] === undefined ? [] : [name]))),
  ];
  const outer = named(whole);
  if (outer.length > 0) return outer;
  const found = named(single);
  const { h3 } = manifest.all;
  if (h3 !== undefined) found.push(await h3Of(folder, h3));
  if (found.length > 1) {
    const used = found.filter((framework) => sources.some((file) => creates(file, framework, parse)));
    if (used.length > 0) return used;
  }
  if (found.length === 0 && sources.some((file) => createsServer(file, parse))) return ["node"];
  return found;
}

/** The frameworks whose guard is imported. */
function guardedFrameworks(sources: readonly ProjectFile[]): FrameworkName[] {
  const names = sources.flatMap(({ text }) =>
    [...text.matchAll(/["']@usher-auth\/verify\/([\w-]+)["']/g)].map(([, subpath]) => subpath as string),
  );
  return frameworkNames.filter((name) => names.includes(name));
}

/** h3 1 or 2: from the range if it says so, else from what is installed. */
async function h3Of(folder: string, range: string): Promise<"h3" | "h3-v1"> {
  const [, major] = /^(?:npm:h3@)?[\^~>=v ]*(\d+)/.exec(range) ?? [];
  if (major !== undefined) return major === "1" || major === "0" ? "h3-v1" : "h3";
  try {
    const path = createRequire(join(folder, "package.json")).resolve("h3/package.json");
    const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
    return version.startsWith("1.") ? "h3-v1" : "h3";
  } catch {
    return "h3";
  }
}

function creates(
  file: ProjectFile,
  framework: FrameworkName,
  parse: (file: ProjectFile) => ParsedSource | undefined,
): boolean {
  if (framework === "trpc") return file.text.includes("initTRPC");
  if (!isAppFramework(framework) || !file.text.includes(framework === "h3-v1" ? "h3" : framework))
    return false;
  const source = parse(file);
  return source !== undefined && findApps(source, framework).length > 0;
}

function createsServer(file: ProjectFile, parse: (file: ProjectFile) => ParsedSource | undefined): boolean {
  if (!file.text.includes("createServer")) return false;
  const source = parse(file);
  if (source === undefined) return false;
  const imports = importsOf(source.program);
  return contains(source.program, (node) => {
    if (node.type !== "CallExpression") return false;
    const callee = resolve(node.callee, imports);
    return callee?.imported === "createServer" && /^(?:node:)?https?$/.test(callee.module);
  });
}
