import type { Node, Statement } from "@babel/types";
import MagicString from "magic-string";
import type { Style } from "../source/style.ts";
import { inStyle } from "../source/style.ts";
import { contains, parseSource, rangeOf, walk } from "../source/syntax.ts";
import type { AppFramework } from "./constructors.ts";
import { type AppPlace, findApps, isApp, serves } from "./find-app.ts";

/** How other files get the app, and the text of its file if an export was added. */
export interface ExportedApp {
  readonly kind: "value" | "function";
  readonly name: string;
  readonly listens: boolean;
  readonly text: string;
}

/**
 * How a test gets the app, which is at this index among those that the file creates. An app at the top level
 * of its file is exported if it is not yet. Undefined if only a call of a function with arguments, or
 * nothing, leads to it.
 */
export function exportApp(
  path: string,
  text: string,
  index: number,
  framework: AppFramework,
  moduleKind: "esm" | "cjs",
  style: Style,
): ExportedApp | undefined {
  const source = parseSource(path, text);
  const place = source && findApps(source, framework)[index];
  const name = place && nameOf(place);
  if (place === undefined || name === undefined) return undefined;
  const listens = serves(place) || /\b(?:listen|serve|createServer)\s*\(/.test(text);
  if (place.container !== undefined) return exportedFunction(place, listens);
  const known = exportedName(place.source.program.body, name);
  if (known !== undefined) return { kind: "value", name: known, listens, text };
  if (framework === "elysia" && place.statement.type === "ExpressionStatement") return undefined;
  const changed = new MagicString(text);
  if (moduleKind === "esm") {
    if (place.statement.type !== "VariableDeclaration") return undefined;
    changed.appendLeft(rangeOf(place.statement)[0], "export ");
  } else {
    if (/\bexports\b/.test(text)) return undefined;
    const gap = text.endsWith("\n") ? "" : style.lineEnding;
    changed.append(gap + style.lineEnding + inStyle(`module.exports = { ${name} };\n`, style));
  }
  const after = changed.toString();
  return parseSource(path, after) === undefined ? undefined : { kind: "value", name, listens, text: after };
}

/** The variable's name, of a wrapped app as well: `const app = usher(new Hono(), usherOptions())`. */
function nameOf({ statement, app }: AppPlace): string | undefined {
  if (app !== undefined) return app.startsWith("this.") ? undefined : app;
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration?.type !== "VariableDeclaration" || declaration.declarations.length !== 1) return undefined;
  const id = declaration.declarations[0]?.id;
  return id?.type === "Identifier" ? id.name : undefined;
}

/** The name under which a file exports a variable. */
function exportedName(body: readonly Statement[], name: string): string | undefined {
  for (const statement of body) {
    if (statement.type === "ExportDefaultDeclaration" && isNamed(statement.declaration, name))
      return "default";
    if (statement.type === "ExportNamedDeclaration" && statement.source == null) {
      const { declaration, specifiers } = statement;
      if (
        declaration?.type === "VariableDeclaration" &&
        declaration.declarations.some(({ id }) => isNamed(id, name))
      )
        return name;
      for (const specifier of specifiers)
        if (specifier.type === "ExportSpecifier" && isNamed(specifier.local, name))
          return specifier.exported.type === "Identifier"
            ? specifier.exported.name
            : specifier.exported.value;
    }
    if (statement.type !== "ExpressionStatement" || statement.expression.type !== "AssignmentExpression")
      continue;
    const { left, right } = statement.expression;
    if (left.type !== "MemberExpression" || left.property.type !== "Identifier") continue;
    const isModule = isNamed(left.object, "module") && left.property.name === "exports";
    const isMember =
      isNamed(left.object, "exports") ||
      (left.object.type === "MemberExpression" && isNamed(left.object.object, "module"));
    if (isModule && isNamed(right, name)) return "default";
    if (isModule && right.type === "ObjectExpression")
      for (const property of right.properties)
        if (
          property.type === "ObjectProperty" &&
          isNamed(property.value, name) &&
          property.key.type === "Identifier"
        )
          return property.key.name;
    if (isMember && isNamed(right, name)) return left.property.name;
  }
  return undefined;
}

function isNamed(node: Node | null | undefined, name: string): boolean {
  return node?.type === "Identifier" && node.name === name;
}

/** An exported function that needs no arguments and returns the app. */
function exportedFunction({ source, container, app }: AppPlace, listens: boolean): ExportedApp | undefined {
  if (container === undefined || app === undefined) return undefined;
  const name = functionName(container, source.program);
  if (name === undefined || !("params" in container)) return undefined;
  const isCallable = container.params.every(
    (parameter) =>
      parameter.type === "AssignmentPattern" || ("optional" in parameter && parameter.optional === true),
  );
  const returns = contains(
    container,
    (node) =>
      node.type === "ReturnStatement" && node.argument != null && isApp(node.argument, app, source.text),
  );
  const exported =
    isCallable && returns ? exportedFunctionName(source.program.body, name, container) : undefined;
  return exported === undefined
    ? undefined
    : { kind: "function", name: exported, listens, text: source.text };
}

function functionName(container: Node, program: Node): string | undefined {
  if (container.type === "FunctionDeclaration") return container.id?.name ?? "default";
  let name: string | undefined;
  walk(program, (node) => {
    if (node.type === "VariableDeclarator" && node.init === container && node.id.type === "Identifier")
      name = node.id.name;
  });
  return name;
}

function exportedFunctionName(body: readonly Statement[], name: string, container: Node): string | undefined {
  for (const statement of body) {
    if (statement.type === "ExportNamedDeclaration" && statement.declaration === container) return name;
    if (statement.type === "ExportDefaultDeclaration" && statement.declaration === container)
      return "default";
  }
  return exportedName(body, name);
}
