import type { Node } from "@babel/types";
import MagicString from "magic-string";
import { importsOf } from "../source/imports.ts";
import { type ParsedSource, parseSource, rangeOf, textOf, unwrap, walk } from "../source/syntax.ts";
import type { Edited } from "./place-guard.ts";
import { isSignInCall, namesHandler } from "./sign-in.ts";

type Call = Extract<Node, { type: "CallExpression" }>;

const methods = /^(?:all|get|post|put|patch|delete|options|on|route|use|mount|register)$/;

/**
 * Marks Better Auth's routes as public, in the frameworks where a route says so itself. Without it, nobody
 * could sign in. Returns undefined if the file has no such route, or it is public.
 */
export function makeSignInPublic(
  source: ParsedSource,
  framework: "fastify" | "h3" | "elysia",
): Edited | undefined {
  const imports = importsOf(source.program);
  const calls: Call[] = [];
  walk(source.program, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
    const { property } = node.callee;
    if (property.type !== "Identifier" || !methods.test(property.name)) return;
    if (node.arguments.some((argument) => namesHandler(argument, imports))) calls.push(node);
  });
  // Of a route inside a plugin, only the route.
  const routes = calls.filter(
    (call) =>
      !calls.some((other) => other !== call && call.arguments.some((argument) => isInside(other, argument))),
  );
  const closed = routes.filter((call) => !/\bpublic:\s*true\b/.test(source.text.slice(...rangeOf(call))));
  if (closed.length === 0) return undefined;
  const text = new MagicString(source.text);
  for (const call of closed) {
    // A route for other paths as well may serve more than Better Auth.
    if (!isSignInCall(nameOfMethod(call), call.arguments, imports) || !mark(text, call, framework))
      return { why: "Better Auth's routes must be marked as public, or nobody can sign in" };
  }
  const after = text.toString();
  const again = parseSource(source.path, after);
  if (again === undefined || makeSignInPublic(again, framework) !== undefined)
    return { why: "the result of the edit could not be confirmed" };
  return { after };
}

function nameOfMethod({ callee }: Call): string {
  return (callee as { property: { name: string } }).property.name;
}

function isInside(inner: Node, outer: Node): boolean {
  const [start, end] = rangeOf(inner);
  const [from, to] = rangeOf(outer);
  return start >= from && end <= to;
}

function mark(text: MagicString, call: Call, framework: "fastify" | "h3" | "elysia"): boolean {
  const method = nameOfMethod(call);
  const [first, second, third] = call.arguments;
  if (framework === "fastify" && method === "route" && first !== undefined) {
    const route = unwrap(first);
    if (route.type !== "ObjectExpression" || route.properties[0] === undefined) return false;
    const hasConfig = route.properties.some(
      (property) =>
        property.type === "SpreadElement" || ("key" in property && nameOf(property.key) === "config"),
    );
    if (hasConfig) return false;
    const [start] = rangeOf(route.properties[0]);
    const isOwnLine = /\n[ \t]*$/.exec(text.original.slice(0, start))?.[0];
    text.appendRight(start, `config: { public: true },${isOwnLine ?? " "}`);
    return true;
  }
  const isRoute = /^(?:all|get|post)$/.test(method) && textOf(first) !== undefined;
  if (!isRoute || second === undefined || third !== undefined) return false;
  if (framework === "fastify") text.appendRight(rangeOf(second)[0], "{ config: { public: true } }, ");
  else
    text.appendLeft(
      rangeOf(second)[1],
      framework === "h3" ? ", { meta: { public: true } }" : ", { public: true }",
    );
  return true;
}

function nameOf(key: Node): string | undefined {
  return key.type === "Identifier" ? key.name : textOf(key);
}
