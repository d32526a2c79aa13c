import type { Node } from "@babel/types";
import MagicString from "magic-string";
import { importsOf, resolve } from "../source/imports.ts";
import { indentAt, insertImport } from "../source/insert.ts";
import { inStyle } from "../source/style.ts";
import { contains, type ParsedSource, parseSource, propertyOf, rangeOf, walk } from "../source/syntax.ts";
import type { Edited, GuardImport } from "./place-guard.ts";

/** The name of the module that Nest is started with: `NestFactory.create(AppModule)`. */
export function rootModuleName(source: ParsedSource): string | undefined {
  const imports = importsOf(source.program);
  const names = new Set<string>();
  walk(source.program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
    const { object, property } = node.callee;
    const factory = resolve(object, imports);
    const [module] = node.arguments;
    if (factory?.module !== "@nestjs/core" || factory.imported !== "NestFactory") return;
    if (property.type === "Identifier" && property.name === "create" && module?.type === "Identifier")
      names.add(module.name);
  });
  return names.size === 1 ? [...names][0] : undefined;
}

/** The options of `@Module({ … })` on the class with this name, if they are written out. */
function moduleOptions(
  source: ParsedSource,
  name: string,
): Extract<Node, { type: "ObjectExpression" }> | undefined {
  const imports = importsOf(source.program);
  let options: Extract<Node, { type: "ObjectExpression" }> | undefined;
  walk(source.program, (node) => {
    if (node.type !== "ClassDeclaration" || node.id?.name !== name) return;
    for (const { expression } of node.decorators ?? []) {
      if (expression.type !== "CallExpression") continue;
      const decorator = resolve(expression.callee, imports);
      const [argument] = expression.arguments;
      if (
        decorator?.module === "@nestjs/common" &&
        decorator.imported === "Module" &&
        argument?.type === "ObjectExpression"
      )
        options = argument;
    }
  });
  return options;
}

/** Whether the file has the class of this name, with `@Module`. */
export function hasModule(source: ParsedSource, name: string): boolean {
  return moduleOptions(source, name) !== undefined;
}

/**
 * Imports the guard in the root module, after the other imports: one of them may read the environment from a
 * file.
 */
export function importGuardModule(source: ParsedSource, name: string, guard: GuardImport): Edited {
  const options = moduleOptions(source, name);
  if (options === undefined) return { why: `the options of @Module on ${name} are not written there` };
  if (options.properties.some(({ type }) => type === "SpreadElement"))
    return { why: "the options of @Module come from elsewhere in part" };
  if (contains(source.program, (node) => node.type === "Identifier" && node.name === "UsherModule"))
    return { why: "the file uses the name UsherModule for something else" };
  const text = new MagicString(source.text);
  const { style } = guard;
  const names = ["UsherModule", "usherOptions"];
  insertImport(text, source.program, { ...guard, names }, style);
  const added = "UsherModule.forRoot(usherOptions())";
  const list = propertyOf(options, "imports");
  const first = options.properties[0];
  if (list === undefined) {
    const [start, end] = rangeOf(options);
    if (first === undefined) text.overwrite(start, end, `{ imports: [${added}] }`);
    else {
      const isOwnLine = /\n[ \t]*$/.exec(text.original.slice(0, rangeOf(first)[0]))?.[0];
      text.appendRight(rangeOf(first)[0], `imports: [${added}],${isOwnLine ?? " "}`);
    }
  } else if (list.type !== "ArrayExpression") return { why: "the imports of the module come from elsewhere" };
  else addElement(text, list, added);
  const after = text.toString();
  const again = parseSource(source.path, after);
  const isSound = again !== undefined && importsGuard(again, name, guard.from);
  return isSound ? { after } : { why: "the result of the edit could not be confirmed" };
}

/** Adds an element at the end of a list. */
function addElement(text: MagicString, list: Extract<Node, { type: "ArrayExpression" }>, code: string): void {
  const [start, end] = rangeOf(list);
  const last = list.elements.at(-1);
  if (last == null) {
    if (text.original.slice(start, end).replace(/\s/g, "") === "[]") text.overwrite(start, end, `[${code}]`);
    else text.appendLeft(end - 1, code);
    return;
  }
  const [lastStart, lastEnd] = rangeOf(last);
  const tail = text.original.slice(lastEnd, end - 1);
  const isOwnLine = /\n[ \t]*$/.test(text.original.slice(0, lastStart));
  const comma = /^\s*,/.exec(tail)?.[0].length;
  const lineEnding = text.original.includes("\r\n") ? "\r\n" : "\n";
  const gap = isOwnLine ? lineEnding + indentAt(text.original, lastStart) : " ";
  if (comma === undefined) text.appendLeft(lastEnd, `,${gap}${code}`);
  else text.appendLeft(lastEnd + comma, `${gap}${code}${isOwnLine ? "," : ""}`);
}

function importsGuard(source: ParsedSource, name: string, from: string): boolean {
  const options = moduleOptions(source, name);
  const list = options && propertyOf(options, "imports");
  return (
    importsOf(source.program).get("UsherModule")?.module === from &&
    list?.type === "ArrayExpression" &&
    list.elements.some(
      (element) =>
        element !== null && source.text.slice(...rangeOf(element)) === "UsherModule.forRoot(usherOptions())",
    )
  );
}

/** The lines for a person who adds the guard. */
export function manualNestLines({ from, style }: GuardImport): string {
  return inStyle(
    `import { UsherModule, usherOptions } from "${from}";\n\nimports: [UsherModule.forRoot(usherOptions())],`,
    style,
  );
}
