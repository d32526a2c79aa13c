import type { Node } from "@babel/types";
import { createTwoFilesPatch } from "diff";
import MagicString from "magic-string";
import type { Change } from "./plan.ts";
import { parseSource, rangeOf, textOf, walk } from "./source/syntax.ts";

/** The unified diff of a change. Values that look like secrets are left out: it may be pasted somewhere. */
export function diffOf(change: Change): string {
  const before = change.kind === "create" ? "" : change.before;
  const after = change.kind === "create" ? change.content : change.after;
  const hide = (text: string) =>
    isEnvironment(change.path) ? hideValues(text) : hideCredentials(hideSecrets(change.path, text));
  return createTwoFilesPatch(
    change.kind === "create" ? "/dev/null" : `a/${change.path}`,
    `b/${change.path}`,
    hide(before),
    hide(after),
    undefined,
    undefined,
    { context: 3 },
  ).replace(/^=+\n/, "");
}

function isEnvironment(path: string): boolean {
  return /(?:^|\/)\.env(?:\.|$)/.test(path);
}

/** Addresses are shown, as far as they have no password. */
function hideValues(text: string): string {
  return text.replace(
    /^([ \t]*(?:export[ \t]+)?[\w.]+[ \t]*=[ \t]*)([^\r\n]+)/gm,
    (line, start: string, value: string) =>
      /^["']?https?:\/\/[^@?#\s]*["']?$/.test(value) ? line : `${start}…`,
  );
}

/** The name and the password in an address, as of a database. */
function hideCredentials(text: string): string {
  return text.replace(/(\w:\/\/)[^/\s"'`@]+@/g, "$1…@");
}

/** The texts that code assigns to names such as `secret`. */
function hideSecrets(path: string, text: string): string {
  const source = /\.[mc]?[jt]sx?$/.test(path) ? parseSource(path, text) : undefined;
  if (source === undefined) return text;
  const hidden = new MagicString(text);
  const seen = new Set<number>();
  walk(source.program, (node) => {
    const [name, value] = assigned(node);
    if (value == null || name === undefined || !/secret|password|token|key/i.test(name)) return;
    walk(value, (inner) => {
      const [start, end] = rangeOf(inner);
      if ((inner.type !== "StringLiteral" && inner.type !== "TemplateElement") || seen.has(start)) return;
      seen.add(start);
      const quotes = inner.type === "StringLiteral" ? 1 : 0;
      if (end - start > 2 * quotes) hidden.overwrite(start + quotes, end - quotes, "…");
    });
  });
  return hidden.toString();
}

/** The name and the value of an assignment of any kind. */
function assigned(node: Node): [name: string | undefined, value: Node | null | undefined] {
  if (node.type === "ObjectProperty")
    return [nameOf(node.key), isFunction(node.value) ? undefined : node.value];
  if (node.type === "VariableDeclarator")
    return [nameOf(node.id), isFunction(node.init) ? undefined : node.init];
  if (node.type === "AssignmentExpression")
    return [nameOf(node.left.type === "MemberExpression" ? node.left.property : node.left), node.right];
  return [undefined, undefined];
}

function nameOf(key: Node): string | undefined {
  return key.type === "Identifier" ? key.name : textOf(key);
}

function isFunction(node: Node | null | undefined): boolean {
  return node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression";
}
