import { parseSync } from "@swc/core";

/** A regular expression in the code. */
export interface Found {
  /** As a literal: `/a+/g`. `new RegExp(…)` if the text is built at run time. */
  readonly text: string;
  readonly source: string | undefined;
  readonly flags: string;
}

/**
 * Every regular expression of a TypeScript file: literals and calls of `RegExp`. `source` is undefined if the
 * text is built at run time.
 */
export function findExpressions(code: string, isJsx: boolean): Found[] {
  const module = parseSync(code, { syntax: "typescript", tsx: isJsx, decorators: true, target: "es2024" });
  const found: Found[] = [];
  walk(module, (node) => {
    if (node.type === "RegExpLiteral") found.push(expression(String(node.pattern), String(node.flags)));
    if ((node.type === "NewExpression" || node.type === "CallExpression") && isRegExp(node.callee)) {
      const [source, flags] = (node.arguments as { expression: Node }[]).map((argument) =>
        constantOf(argument.expression),
      );
      const isConstant =
        source !== undefined && (flags !== undefined || (node.arguments as unknown[]).length < 2);
      found.push(
        isConstant
          ? expression(source, flags ?? "")
          : { text: "new RegExp(…)", source: undefined, flags: "" },
      );
    }
  });
  return found;
}

type Node = { readonly type?: string; readonly [member: string]: unknown };

function walk(value: unknown, visit: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value as Node);
  for (const inner of Object.values(value)) walk(inner, visit);
}

function isRegExp(callee: unknown): boolean {
  const { type, value } = callee as Node;
  return type === "Identifier" && value === "RegExp";
}

function constantOf({ type, value, quasis, expressions }: Node): string | undefined {
  if (type === "StringLiteral") return String(value);
  const isPlain = type === "TemplateLiteral" && (expressions as unknown[]).length === 0;
  return isPlain ? (quasis as { cooked: string }[])[0]?.cooked : undefined;
}

function expression(source: string, flags: string): Found {
  return { text: `/${source}/${flags}`, source, flags };
}
