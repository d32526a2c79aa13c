import type { Node } from "@babel/types";
import MagicString from "magic-string";
import type { Edited } from "../guard/place-guard.ts";
import { type Binding, importsOf, resolve } from "../source/imports.ts";
import { indentAt, insertImport } from "../source/insert.ts";
import type { Style } from "../source/style.ts";
import { inStyle } from "../source/style.ts";
import {
  contains,
  type ParsedSource,
  parseSource,
  propertyOf,
  rangeOf,
  textOf,
  unwrap,
  walk,
} from "../source/syntax.ts";

type ObjectNode = Extract<Node, { type: "ObjectExpression" }>;
type ArrayNode = Extract<Node, { type: "ArrayExpression" }>;

/** Better Auth's modules that export `betterAuth`. */
const entries = new Set(["better-auth", "better-auth/minimal"]);

/** The calls of `betterAuth` in a file. */
export function betterAuthCalls(source: ParsedSource): Extract<Node, { type: "CallExpression" }>[] {
  const imports = importsOf(source.program);
  const calls: Extract<Node, { type: "CallExpression" }>[] = [];
  walk(source.program, (node) => {
    if (node.type !== "CallExpression") return;
    const callee = resolve(node.callee, imports);
    if (callee?.imported === "betterAuth" && entries.has(callee.module)) calls.push(node);
  });
  return calls;
}

/** The `baseURL` of a config, if it is written out. */
export function baseUrlOf(source: ParsedSource): string | undefined {
  const [call] = betterAuthCalls(source);
  const options = call?.arguments[0] && objectOf(call.arguments[0], source);
  return options && textOf(propertyOf(options, "baseURL"));
}

/** Whether the config has the plugin already. */
export function hasUsherJwt(source: ParsedSource): boolean {
  const imports = importsOf(source.program);
  return contains(source.program, (node) => {
    if (node.type !== "CallExpression") return false;
    const callee = resolve(node.callee, imports);
    return callee?.module === "@usher-auth/issuer" && callee.imported === "usherJwt";
  });
}

/** What signs the tokens of a config that has the plugin. */
export function statedKeys(source: ParsedSource): "secret" | "jwks" {
  const imports = importsOf(source.program);
  let algorithm: string | undefined;
  walk(source.program, (node) => {
    if (node.type !== "CallExpression" || resolve(node.callee, imports)?.imported !== "usherJwt") return;
    const options = node.arguments[0] && objectOf(node.arguments[0], source);
    algorithm ??= options && textOf(propertyOf(options, "algorithm"));
  });
  return algorithm === undefined || algorithm === "HS256" ? "secret" : "jwks";
}

/** What the plugin is called with. */
export interface PluginSettings {
  readonly apiUrl: string;
  readonly keys: "secret" | "jwks";
}

/** The call of the plugin. */
export function pluginCall({ apiUrl, keys }: PluginSettings): string {
  const algorithm = keys === "jwks" ? ', algorithm: "EdDSA"' : "";
  return `usherJwt({ audience: process.env.API_URL ?? ${JSON.stringify(apiUrl)}${algorithm} })`;
}

/**
 * Adds `usherJwt` to the plugins of a Better Auth config. The plugins must be written out in the file: in a
 * list from elsewhere there may be a `jwt()`, which Better Auth does not start with.
 */
export function addPlugin(
  source: ParsedSource,
  settings: PluginSettings,
  { style, moduleKind }: { style: Style; moduleKind: "esm" | "cjs" },
): Edited {
  const calls = betterAuthCalls(source);
  const [call] = calls;
  if (call === undefined || calls.length > 1)
    return { why: "there is not exactly one call of betterAuth in it" };
  const imports = importsOf(source.program);
  if (usesJwt(source, imports))
    return {
      why: "it has jwt(), which usherJwt() replaces. Follow docs/guide/coming-from-jwt.md: in three steps, without downtime",
    };
  const found = findPlugins(call, source);
  if (typeof found === "string") return { why: found };
  if (contains(source.program, (node) => node.type === "Identifier" && node.name === "usherJwt"))
    return { why: "it uses the name usherJwt for something else" };

  const text = new MagicString(source.text);
  const from = "@usher-auth/issuer";
  insertImport(
    text,
    source.program,
    { names: ["usherJwt"], from, moduleKind },
    style,
    statementAround(call, source),
  );
  const code = inStyle(pluginCall(settings), { ...style, semicolons: true });
  if (found.type === "ArrayExpression") addFirst(text, found, code, source.text);
  else addProperty(text, found, `plugins: [${code}]`, source.text, style);

  const after = text.toString();
  const again = parseSource(source.path, after);
  const isSound = again !== undefined && hasUsherJwt(again) && isInPlugins(again);
  return isSound ? { after } : { why: "the result of the edit could not be confirmed" };
}

/** Whether Better Auth's own `jwt()` is called anywhere in the file. */
function usesJwt({ program }: ParsedSource, imports: ReadonlyMap<string, Binding>): boolean {
  return contains(program, (node) => {
    if (node.type !== "CallExpression") return false;
    const callee = resolve(node.callee, imports);
    return callee?.imported === "jwt" && callee.module.startsWith("better-auth");
  });
}

/** The list of plugins, or the options if they have none; or why it is not known. */
function findPlugins(
  call: Extract<Node, { type: "CallExpression" }>,
  source: ParsedSource,
): ArrayNode | ObjectNode | string {
  const [argument] = call.arguments;
  const options = argument && objectOf(argument, source);
  if (options === undefined) return "the options of betterAuth come from elsewhere";
  const plugins = propertyOf(options, "plugins");
  const isPartial = options.properties.some(
    (property) => property.type === "SpreadElement" || ("computed" in property && property.computed),
  );
  if (plugins === undefined) {
    if (
      options.properties.some(
        (property) => property.type === "ObjectMethod" && nameOf(property.key) === "plugins",
      )
    )
      return "the plugins are a function";
    return isPartial ? "some options come from elsewhere, perhaps plugins among them" : options;
  }
  const list = arrayOf(plugins, source);
  if (list === undefined) return "the list of plugins comes from elsewhere: a jwt() in it would have to go";
  const spread = list.elements.find(
    (element) => element?.type === "SpreadElement" && arrayOf(element.argument, source) === undefined,
  );
  if (spread != null) return "some plugins come from elsewhere: a jwt() among them would have to go";
  return list;
}

function nameOf(key: Node): string | undefined {
  return key.type === "Identifier" ? key.name : textOf(key);
}

function objectOf(node: Node, source: ParsedSource): ObjectNode | undefined {
  const value = valueBehind(node, source);
  return value?.type === "ObjectExpression" ? value : undefined;
}

function arrayOf(node: Node, source: ParsedSource): ArrayNode | undefined {
  const value = valueBehind(node, source);
  return value?.type === "ArrayExpression" ? value : undefined;
}

/** The value of an expression: its own, or that of a constant of this file which is used once. */
function valueBehind(node: Node, { program }: ParsedSource): Node | undefined {
  const value = unwrap(node);
  if (value.type !== "Identifier") return value;
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations)
      if (id.type === "Identifier" && id.name === value.name) return init ? unwrap(init) : undefined;
  }
  return undefined;
}

function statementAround(node: Node, { program }: ParsedSource): Node | undefined {
  const [start, end] = rangeOf(node);
  return program.body.find((statement) => rangeOf(statement)[0] <= start && rangeOf(statement)[1] >= end);
}

/** At the start: some plugins, such as `nextCookies()`, must be last. */
function addFirst(text: MagicString, list: ArrayNode, code: string, source: string): void {
  const [start] = rangeOf(list);
  const first = list.elements[0];
  if (first == null) {
    text.appendLeft(start + 1, code);
    return;
  }
  const [at] = rangeOf(first);
  const ownLine = /\r?\n[ \t]*$/.exec(source.slice(0, at))?.[0];
  text.appendRight(at, `${code},${ownLine ?? " "}`);
}

function addProperty(
  text: MagicString,
  options: ObjectNode,
  code: string,
  source: string,
  style: Style,
): void {
  const [start, end] = rangeOf(options);
  const last = options.properties.at(-1);
  if (last === undefined) {
    const inside = source.slice(start + 1, end - 1);
    if (inside.trim() === "") text.overwrite(start, end, `{ ${code} }`);
    else text.appendLeft(end - 1, ` ${code} `);
    return;
  }
  const [lastStart, lastEnd] = rangeOf(last);
  const tail = source.slice(lastEnd, end - 1);
  const comma = /^\s*,/.exec(tail)?.[0].length;
  const isOwnLine = /\n[ \t]*$/.test(source.slice(0, lastStart));
  const gap = isOwnLine ? style.lineEnding + indentAt(source, lastStart) : " ";
  if (comma === undefined) text.appendLeft(lastEnd, `,${gap}${code}${isOwnLine ? "," : ""}`);
  else text.appendLeft(lastEnd + comma, `${gap}${code}${isOwnLine ? "," : ""}`);
}

function isInPlugins(source: ParsedSource): boolean {
  const [call] = betterAuthCalls(source);
  const plugins = call && findPlugins(call, source);
  if (plugins === undefined || typeof plugins === "string" || plugins.type !== "ArrayExpression")
    return false;
  return plugins.elements.some(
    (element) =>
      element?.type === "CallExpression" &&
      element.callee.type === "Identifier" &&
      element.callee.name === "usherJwt",
  );
}
