import type { Node, Program, Statement } from "@babel/types";
import { textOf, unwrap } from "./syntax.ts";

/** What a name in a file means: `imported` of `module`. `default` and `*` are the whole module. */
export interface Binding {
  readonly module: string;
  readonly imported: string;
  readonly statement: Statement;
}

/** The names that a file imports or requires at its top level. Types are not among them. */
export function importsOf(program: Program): ReadonlyMap<string, Binding> {
  const bindings = new Map<string, Binding>();
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration" && statement.importKind !== "type") {
      for (const specifier of statement.specifiers) {
        if (specifier.type === "ImportSpecifier" && specifier.importKind === "type") continue;
        bindings.set(specifier.local.name, {
          module: statement.source.value,
          imported: importedName(specifier),
          statement,
        });
      }
    } else if (
      statement.type === "TSImportEqualsDeclaration" &&
      statement.moduleReference.type === "TSExternalModuleReference"
    ) {
      const module = textOf(statement.moduleReference.expression);
      if (module !== undefined) bindings.set(statement.id.name, { module, imported: "default", statement });
    } else if (statement.type === "VariableDeclaration") {
      for (const { id, init } of statement.declarations) {
        if (init) for (const [name, found] of required(id, init)) bindings.set(name, { ...found, statement });
      }
    }
  }
  return bindings;
}

function importedName(specifier: Extract<Statement, { type: "ImportDeclaration" }>["specifiers"][number]) {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
}

/** The names of `const x = require("m")` and `const { a, b: c } = require("m")`. */
function required(id: Node, init: Node): [name: string, binding: Omit<Binding, "statement">][] {
  const member = unwrap(init);
  const module = requiredModule(member.type === "MemberExpression" ? member.object : member);
  if (module === undefined) return [];
  const property =
    member.type === "MemberExpression" && member.property.type === "Identifier"
      ? member.property.name
      : undefined;
  if (id.type === "Identifier") return [[id.name, { module, imported: property ?? "default" }]];
  if (id.type !== "ObjectPattern" || property !== undefined) return [];
  return id.properties.flatMap((entry): [string, Omit<Binding, "statement">][] =>
    entry.type === "ObjectProperty" && entry.key.type === "Identifier" && entry.value.type === "Identifier"
      ? [[entry.value.name, { module, imported: entry.key.name }]]
      : [],
  );
}

/** The module of `require("m")`. */
export function requiredModule(node: Node): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require")
    return undefined;
  return textOf(node.arguments[0]);
}

/** What an expression means, if it is imported: a name, a member of a module, or `require("m")` itself. */
export function resolve(
  node: Node,
  imports: ReadonlyMap<string, Binding>,
): Pick<Binding, "module" | "imported"> | undefined {
  if (node.type === "Identifier") return imports.get(node.name);
  const module = requiredModule(node);
  if (module !== undefined) return { module, imported: "default" };
  if (node.type === "MemberExpression" && node.property.type === "Identifier" && !node.computed) {
    const object = resolve(node.object, imports);
    if (object?.imported === "default" || object?.imported === "*")
      return { module: object.module, imported: node.property.name };
  }
  return undefined;
}
