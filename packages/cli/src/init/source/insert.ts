import type { Node, Program } from "@babel/types";
import type MagicString from "magic-string";
import { importsOf } from "./imports.ts";
import { inStyle, type Style } from "./style.ts";
import { rangeOf } from "./syntax.ts";

/** Adds a line after a node's line, as far indented. If more code follows on that line, adds it in between. */
export function insertAfter(text: MagicString, node: Node, code: string, style: Style): void {
  const [start, end] = rangeOf(node);
  const source = text.original;
  const lineEnd = source.slice(end).search(/[\r\n]|$/);
  const rest = source.slice(end, end + lineEnd);
  const styled = inStyle(code, style);
  if (!isComment(rest.trim())) text.appendLeft(end, ` ${styled.replace(/;?$/, ";")}`);
  else
    text.appendLeft(end + rest.length, style.lineEnding + indented(styled, indentAt(source, start), style));
}

/** Whether the rest of a line has no code. */
function isComment(rest: string): boolean {
  if (rest === "" || rest.startsWith("//")) return true;
  return rest.startsWith("/*") && rest.indexOf("*/") === rest.length - 2;
}

function indented(code: string, indent: string, { lineEnding }: Style): string {
  return code
    .split(lineEnding)
    .map((line) => (line === "" ? line : indent + line))
    .join(lineEnding);
}

/** The white space before the code of the line that a position is on. */
export function indentAt(source: string, position: number): string {
  const lineStart = source.lastIndexOf("\n", position - 1) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart))?.[0] ?? "";
}

/** Adds an import, or a `require` in CommonJS, after the others that are before the statement `before`. */
export function insertImport(
  text: MagicString,
  program: Program,
  { names, from, moduleKind }: { names: readonly string[]; from: string; moduleKind: "esm" | "cjs" },
  style: Style,
  before?: Node,
): void {
  const list = `{ ${names.join(", ")} }`;
  const code =
    moduleKind === "esm" ? `import ${list} from "${from}";` : `const ${list} = require("${from}");`;
  const known =
    moduleKind === "esm"
      ? program.body.filter(({ type }) => type === "ImportDeclaration")
      : [...new Set([...importsOf(program).values()].map(({ statement }) => statement))].filter(
          (statement) => before === undefined || rangeOf(statement)[0] <= rangeOf(before)[0],
        );
  const last = known.at(-1);
  if (last !== undefined) {
    insertAfter(text, last, code, style);
    return;
  }
  const first = moduleKind === "cjs" ? (before ?? program.body[0]) : program.body[0];
  const at = first === undefined ? text.original.length : rangeOf(first)[0];
  text.appendLeft(at, inStyle(code, style) + style.lineEnding);
}
