import { posix } from "node:path";
import { guardFile } from "../guard/guard-file.ts";
import { hasModule, importGuardModule, manualNestLines, rootModuleName } from "../guard/nest.ts";
import { ownerParameterOf } from "../project/owner-parameter.ts";
import type { Project } from "../project/project.ts";
import { inStyle, styleOf } from "../source/style.ts";
import type { ParsedSource } from "../source/syntax.ts";
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

/** Plans the guard of Nest: a module that the root module imports. */
export function planNest(project: Project): GuardPart {
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
  const entry = root ?? names[0]?.file ?? entryOf(project);
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
