import { parseSync } from "oxc-parser";

/** A piece of a TypeScript or JavaScript file, and where it starts. */
export interface Piece {
  readonly kind: "comment" | "string" | "identifier";
  /** As it is in the file, with a string's quotes. */
  readonly text: string;
  /** The index of its first character in the file. */
  readonly start: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

const strings: ReadonlySet<string> = new Set(["TemplateElement", "JSXText"]);
const identifiers: ReadonlySet<string> = new Set(["Identifier", "PrivateIdentifier", "JSXIdentifier"]);

/**
 * The comments, strings and identifiers of a file, in order. Line comments on consecutive lines are one
 * piece. Leaves out the paths of imports.
 *
 * @param file Its name, which says whether it is TypeScript and whether it contains JSX.
 * @throws {Error} The file has a syntax error.
 */
export function piecesOf(file: string, code: string): Piece[] {
  const { program, comments, errors } = parseSync(file, code);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], start: number, end: number) =>
    pieces.push({ kind, text: code.slice(start, end), start });
  for (const { start, end } of joined(comments, code)) add("comment", start, end);
  walk(program, (node) => {
    if (identifiers.has(node.type)) add("identifier", node.start, node.end);
    const isString = node.type === "Literal" && typeof node.value === "string";
    if (isString || strings.has(node.type)) add("string", node.start, node.end);
  });
  return pieces.sort((one, other) => one.start - other.start);
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  if (typeof node.type === "string") visit(node);
  for (const [name, inner] of Object.entries(value)) {
    // The path of an import or an export.
    if (name !== "source") walk(inner, visit);
  }
}

type Span = { start: number; end: number };

/** Line comments with nothing but whitespace between them become one span. */
function joined(comments: readonly (Span & { type: string })[], code: string): Span[] {
  const spans: Span[] = [];
  let previous: (Span & { type: string }) | undefined;
  for (const comment of comments) {
    const continues =
      previous?.type === "Line" &&
      comment.type === "Line" &&
      code.slice(previous.end, comment.start).trim() === "";
    const last = spans.at(-1);
    if (continues && last !== undefined) last.end = comment.end;
    else spans.push({ start: comment.start, end: comment.end });
    previous = comment;
  }
  return spans;
}
