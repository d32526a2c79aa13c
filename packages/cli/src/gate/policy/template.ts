/** A part of a path between slashes. */
export type Segment =
  | { readonly kind: "literal"; readonly text: string; readonly folded: string }
  | { readonly kind: "parameter"; readonly name: string }
  /** `{name}.json`: literals with one parameter between each two of them. The first and last may be empty. */
  | {
      readonly kind: "partial";
      readonly literals: readonly string[];
      readonly folded: readonly string[];
      readonly names: readonly string[];
    }
  /** `{rest...}`: all further segments, at least one. */
  | { readonly kind: "rest"; readonly name: string };

/** A path with parameters, parsed. */
export interface Template {
  /** As it is written: `/api/{user_id}/tasks`. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** The parameters in order, `rest` of `{rest...}` included. */
  readonly names: readonly string[];
  /** Equal for templates that differ only in the names of parameters. */
  readonly shape: string;
}

/** Why a text is not a template: the end of a sentence that begins with the path. */
export interface TemplateFault {
  readonly fault: string;
  /** Whether it is a path like any other that no request can have. Otherwise, a request could be misjudged. */
  readonly isUnreachable: boolean;
}

/** Parses a path with parameters in braces. */
export function parseTemplate(text: string): Template | TemplateFault {
  if (!text.startsWith("/")) return unreachable("does not begin with a slash");
  const parts = text.slice(1).split("/");
  const segments: Segment[] = [];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const segment = parseSegment(part, isLast);
    if ("fault" in segment) return segment;
    segments.push(segment);
  }
  const names = segments.flatMap(namesIn);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) return misread(`has the parameter "${repeated}" twice: rename one of them`);
  return { text, segments, names, shape: segments.map(shapeOf).join("/") };
}

/** The parameters that are one segment, or a part of one. */
export function namesOf({ segments }: Template): readonly string[] {
  return segments.flatMap((segment) => (segment.kind === "rest" ? [] : namesIn(segment)));
}

/** In lower case, and more than that for letters beyond ASCII: texts that some router may take for equal. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return isAscii.test(lower) ? lower : text.toUpperCase().toLowerCase();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const isAscii = /^[\x00-\x7f]*$/;

function parseSegment(part: string, isLast: boolean): Segment | TemplateFault {
  if (part === "" && !isLast) return unreachable("has an empty segment");
  const rest = /^\{([^{}]+)\.\.\.\}$/.exec(part)?.[1];
  if (rest !== undefined && rest !== "__proto__") {
    return isLast ? { kind: "rest", name: rest } : misread("has {…...} before the last segment");
  }
  const pieces = part.split(/\{([^{}]*)\}/);
  const names = pieces.filter((_, index) => index % 2 === 1);
  const literals: string[] = [];
  for (const piece of pieces.filter((_, index) => index % 2 === 0)) {
    if (/[{}]/.test(piece)) return misread("has an unmatched brace");
    const literal = decode(piece);
    if (literal === undefined) return unreachable("has a character that no path can contain");
    literals.push(literal);
  }
  if (names.some((name) => name.trim() === "" || name.endsWith("...") || name === "__proto__")) {
    return misread("has braces without the name of a parameter");
  }
  const [first = "", ...others] = literals;
  if (names.length === 0) {
    return first === "." || first === ".."
      ? unreachable("has a dot segment")
      : { kind: "literal", text: first, folded: fold(first) };
  }
  const [name = ""] = names;
  if (first === "" && others.length === 1 && others[0] === "") return { kind: "parameter", name };
  return { kind: "partial", literals, folded: literals.map(fold), names };
}

/** A literal, decoded like the path of a request. Undefined: it would end the path, or is not encoded well. */
function decode(text: string): string | undefined {
  if (/[?#\\]/.test(text)) return undefined;
  try {
    const decoded = decodeURIComponent(text);
    return decoded !== text && /[/\\]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

function namesIn(segment: Segment): readonly string[] {
  if (segment.kind === "literal") return [];
  return segment.kind === "partial" ? segment.names : [segment.name];
}

/** Slashes separate segments and no literal contains one, so the marks cannot be mistaken for literals. */
function shapeOf(segment: Segment): string {
  if (segment.kind === "literal") return `=${segment.text}`;
  if (segment.kind === "partial") return `~${JSON.stringify(segment.literals)}`;
  return segment.kind === "rest" ? "{...}" : "{}";
}

function unreachable(fault: string): TemplateFault {
  return { fault, isUnreachable: true };
}

function misread(fault: string): TemplateFault {
  return { fault, isUnreachable: false };
}
