import type { Node } from "@babel/types";
import type { Binding } from "../source/imports.ts";
import { contains, propertyOf, textOf, unwrap, walk } from "../source/syntax.ts";

type Imports = ReadonlyMap<string, Binding>;

/** Better Auth's handler: `auth.handler`, or what `better-auth/node` exports. `authors.handler` is not. */
function isHandler(node: Node, imports: Imports): boolean {
  if (node.type === "Identifier") return imports.get(node.name)?.module === "better-auth/node";
  if (node.type === "MemberExpression" && node.property.type === "Identifier") {
    const { object, property } = node;
    return (
      property.name === "handler" &&
      object.type === "Identifier" &&
      /^(?:better_?)?auth(?!or)/i.test(object.name)
    );
  }
  return false;
}

/** Whether Better Auth's handler is named in a node. */
export function namesHandler(root: Node, imports: Imports): boolean {
  return contains(root, (node) => isHandler(node, imports));
}

/** The places where a file names Better Auth's handler, other than its imports. */
export function handlersIn(program: Node, imports: Imports): Node[] {
  const found: Node[] = [];
  walk(program, (node, ancestors) => {
    if (ancestors.some(({ type }) => type === "ImportDeclaration")) return;
    if (isHandler(node, imports)) found.push(node);
  });
  return found;
}

/**
 * Whether a call on an app serves Better Auth's endpoints and nothing else, so that no token may be required:
 * the handler itself, or a function that uses it below a path such as `/api/auth/*`. A function for other
 * paths may serve more.
 */
export function isSignInCall(method: string, given: readonly Node[], imports: Imports): boolean {
  const args = given.map(unwrap);
  const [first] = args;
  if (method === "route" && first?.type === "ObjectExpression") {
    const url = textOf(propertyOf(first, "url"));
    return url !== undefined && isSignInPath(url) && /[*:{]/.test(url) && namesHandler(first, imports);
  }
  const isPrefix = method === "use" || method === "mount";
  if (!isPrefix && !/^(?:all|get|post|on)$/.test(method)) return false;
  const [path, ...handlers] = method === "on" ? args.slice(1) : args;
  const paths = pathsOf(path);
  if (paths === undefined) return isPrefix && args.length === 1 && isHandlerItself(args[0], imports);
  const isOnly = paths.every(isSignInPath) && (isPrefix || paths.some((one) => /[*:{]/.test(one)));
  const routes = handlers.filter(({ type }) => type !== "ObjectExpression");
  return isOnly && routes.length > 0 && routes.every((handler) => namesHandler(handler, imports));
}

function pathsOf(node: Node | undefined): string[] | undefined {
  const texts = node?.type === "ArrayExpression" ? node.elements.map(textOf) : [textOf(node)];
  return texts.every((text) => text !== undefined) && texts.length > 0 ? texts : undefined;
}

/** `/api/auth/*`, and not `/*` or `/authors/*`. What is variable comes after that. */
function isSignInPath(path: string): boolean {
  return /auth(?!or)/i.test(path.split(/[*:{]/)[0] ?? "");
}

/** `auth.handler`, `toNodeHandler(auth)` */
function isHandlerItself(node: Node | undefined, imports: Imports): boolean {
  if (node === undefined) return false;
  return isHandler(node.type === "CallExpression" ? node.callee : node, imports);
}
