import { type ParserPlugin, parse } from "@babel/parser";
import type { Node, Program } from "@babel/types";

/** A parsed file. Positions in `program` are those of `text`. */
export interface ParsedSource {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

/** Parses JavaScript or TypeScript; undefined if it is neither. */
export function parseSource(path: string, text: string): ParsedSource | undefined {
  const plugins: ParserPlugin[] = ["decorators-legacy"];
  if (/\.[mc]?tsx?$/.test(path)) plugins.push("typescript");
  if (/\.(?:[mc]?js|[jt]sx)$/.test(path)) plugins.push("jsx");
  try {
    const { program } = parse(text, {
      sourceType: "unambiguous",
      plugins,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
    });
    return { path, text, program };
  } catch {
    return undefined;
  }
}

/** Calls `visit` for every node, with the nodes around it, the closest last. */
export function walk(
  root: Node,
  visit: (node: Node, ancestors: readonly Node[]) => void,
  ancestors: Node[] = [],
): void {
  visit(root, ancestors);
  ancestors.push(root);
  for (const [key, value] of Object.entries(root)) {
    if (key === "loc" || key.endsWith("Comments")) continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) walk(child, visit, ancestors);
  }
  ancestors.pop();
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Where a node starts and ends in the text. */
export function rangeOf(node: Node): readonly [start: number, end: number] {
  return [node.start as number, node.end as number];
}

/** The expression inside `x as T`, `x satisfies T`, `x!` and parentheses. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** Whether some node inside satisfies the predicate. */
export function contains(root: Node, predicate: (node: Node) => boolean): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= predicate(node);
  });
  return found;
}

/** The text of a string literal, or of a template without expressions. */
export function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === "StringLiteral") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** The value of an object's property. */
export function propertyOf(
  object: Extract<Node, { type: "ObjectExpression" }>,
  name: string,
): Node | undefined {
  for (const property of object.properties) {
    if (property.type !== "ObjectProperty" || property.computed) continue;
    const { key } = property;
    if (
      (key.type === "Identifier" && key.name === name) ||
      (key.type === "StringLiteral" && key.value === name)
    )
      return property.value;
  }
  return undefined;
}
