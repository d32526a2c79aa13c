import type { Expression, Node, Statement } from "@babel/types";
import { type Binding, importsOf, resolve } from "../source/imports.ts";
import { contains, type ParsedSource, rangeOf, unwrap, walk } from "../source/syntax.ts";
import { type AppFramework, constructors } from "./constructors.ts";

/** The place where an app is created. */
export interface AppPlace {
  readonly source: ParsedSource;
  readonly imports: ReadonlyMap<string, Binding>;
  /** `new Hono()`, without the calls after it. */
  readonly creation: Node;
  /** The calls that follow in the same expression: `.use(cors())`, the first one first. */
  readonly chain: readonly ChainedCall[];
  /** The statement, and those around it in order. */
  readonly statement: Statement;
  readonly siblings: readonly Statement[];
  /** `app` or `this.app`; undefined if the app has no name. */
  readonly app: string | undefined;
  /** The function that creates it; undefined at the top level of the file. */
  readonly container: Node | undefined;
}

/** A call on an app, in the expression that creates it. */
export interface ChainedCall {
  readonly method: string;
  readonly call: Extract<Node, { type: "CallExpression" }>;
}

/** The places in a file where an app of the framework is created. */
export function findApps(source: ParsedSource, framework: AppFramework): AppPlace[] {
  const imports = importsOf(source.program);
  const places: AppPlace[] = [];
  walk(source.program, (node, ancestors) => {
    if (isCreation(node, framework, imports)) {
      const place = placeOf(node, [...ancestors], source, imports);
      if (place !== undefined) places.push(place);
    }
  });
  return places;
}

function isCreation(node: Node, framework: AppFramework, imports: ReadonlyMap<string, Binding>): boolean {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return false;
  const isClass = /^[A-Z]/.test(constructors[framework][0]?.names[0] ?? "") || framework === "koa";
  if (isClass !== (node.type === "NewExpression")) return false;
  const made = resolve(node.callee, imports);
  return constructors[framework].some(({ module, names }) => {
    return made?.module === module && names.includes(made.imported);
  });
}

function placeOf(
  creation: Node,
  ancestors: Node[],
  source: ParsedSource,
  imports: ReadonlyMap<string, Binding>,
): AppPlace | undefined {
  const chain: ChainedCall[] = [];
  let outermost = creation;
  let level = ancestors.length - 1;
  for (; level >= 0; level--) {
    const around = ancestors[level] as Node;
    if (around.type === "MemberExpression" && around.object === outermost) {
      const call = ancestors[level - 1];
      if (call?.type !== "CallExpression" || call.callee !== around || around.property.type !== "Identifier")
        return undefined;
      chain.push({ method: around.property.name, call });
      outermost = call;
      level--;
    } else if (unwrap(around) === unwrap(outermost)) outermost = around;
    else break;
  }
  const around = ancestors[level];
  const index = ancestors.findLastIndex(
    (node, at) => at <= level && isStatementList(ancestors[at - 1], node),
  );
  const statement = ancestors[index] as Statement | undefined;
  const list = ancestors[index - 1];
  if (around === undefined || statement === undefined || list === undefined) return undefined;
  const functions = ancestors.slice(0, index).filter(isFunction);
  return {
    source,
    imports,
    creation,
    chain,
    statement,
    siblings: statementsOf(list) ?? [],
    app: nameOfApp(around, outermost, source.text),
    container: functions.at(-1),
  };
}

function nameOfApp(around: Node, value: Node, text: string): string | undefined {
  if (around.type === "VariableDeclarator" && around.init === value && around.id.type === "Identifier")
    return around.id.name;
  if (around.type === "AssignmentExpression" && around.operator === "=" && around.right === value) {
    const { left } = around;
    const isMember =
      left.type === "MemberExpression" && left.object.type === "ThisExpression" && !left.computed;
    if (isMember || left.type === "Identifier") return text.slice(...rangeOf(left));
  }
  return undefined;
}

function statementsOf(node: Node | undefined): Statement[] | undefined {
  return node?.type === "Program" || node?.type === "BlockStatement" ? node.body : undefined;
}

function isStatementList(list: Node | undefined, node: Node): boolean {
  return statementsOf(list)?.includes(node as Statement) === true;
}

/** Whether the node is a function or a method. */
function isFunction(node: Node): node is Extract<Node, { body: unknown; async?: unknown }> {
  return /^(?:Function(?:Declaration|Expression)|ArrowFunctionExpression|ObjectMethod|Class(?:Private)?Method)$/.test(
    node.type,
  );
}

/** Whether the expression is the app itself: `app`, `this.app`. */
export function isApp(node: Node, app: string, text: string): boolean {
  if (node.type === "Identifier") return node.name === app;
  return node.type === "MemberExpression" && text.slice(...rangeOf(node)) === app;
}

/** Whether a node mentions the app. */
export function mentions(node: Node, app: string, text: string): boolean {
  return contains(node, (inner) => isApp(inner, app, text));
}

/** Whether the file starts to serve the app: `app.listen()`, `serve({ fetch: app.fetch })`. */
export function serves({ source, app, chain }: Pick<AppPlace, "source" | "app" | "chain">): boolean {
  if (chain.some(({ method }) => method === "listen")) return true;
  if (app === undefined) return false;
  return contains(source.program, (node) => {
    if (node.type !== "CallExpression") return false;
    if (node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier") {
      const { object, property } = node.callee;
      if (property.name === "listen" && isApp(object, app, source.text)) return true;
    }
    const name = node.callee.type === "Identifier" ? node.callee.name : lastName(node.callee as Expression);
    return (
      /^(?:serve|createServer|createAdaptorServer|toNodeListener|toNodeHandler|handle)$/.test(name ?? "") &&
      node.arguments.some((argument) => mentions(argument, app, source.text))
    );
  });
}

function lastName(node: Node): string | undefined {
  return node.type === "MemberExpression" && node.property.type === "Identifier"
    ? node.property.name
    : undefined;
}
