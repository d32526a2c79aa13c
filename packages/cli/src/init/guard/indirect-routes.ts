import type { Node, Statement } from "@babel/types";
import { requiredModule } from "../source/imports.ts";
import { contains, type ParsedSource, textOf, walk } from "../source/syntax.ts";
import { mentions } from "./find-app.ts";

/**
 * Whether a statement that does not mention the app may add a route to it all the same: it uses a function or
 * a variable of the file that does, calls a method of the object that has the app, or loads another file.
 */
export function mayAddRoutes(statement: Statement, app: string, source: ParsedSource): boolean {
  if (/^(?:FunctionDeclaration|ClassDeclaration|ImportDeclaration|TS\w+)$/.test(statement.type)) return false;
  const names = namesThatReach(app, source);
  return contains(statement, (node) => {
    if (node.type === "Identifier") return names.has(node.name);
    if (node.type === "ImportExpression") return isOwnFile(node.source);
    if (node.type !== "CallExpression") return false;
    if (node.callee.type === "Import") return isOwnFile(node.arguments[0]);
    if (statement.type === "ExpressionStatement" && requiredModule(node) !== undefined)
      return isOwnFile(node.arguments[0]);
    const ofThis = [node.callee, ...node.arguments];
    return (
      app.startsWith("this.") &&
      ofThis.some((part) => contains(part, ({ type }) => type === "ThisExpression"))
    );
  });
}

function isOwnFile(module: Node | undefined): boolean {
  return textOf(module)?.startsWith(".") !== false;
}

/** The functions, classes and variables of a file that mention the app, or another of them. */
function namesThatReach(app: string, { program, text }: ParsedSource): ReadonlySet<string> {
  const declared: [name: string, node: Node][] = [];
  walk(program, (node) => {
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      if (node.id != null) declared.push([node.id.name, node.body]);
    } else if (node.type === "VariableDeclarator" && node.init != null && node.id.type === "Identifier")
      declared.push([node.id.name, node.init]);
  });
  const names = new Set<string>();
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const [name, node] of declared)
      if (
        mentions(node, app, text) ||
        contains(node, (inner) => inner.type === "Identifier" && names.has(inner.name))
      )
        names.add(name);
  }
  return names;
}
