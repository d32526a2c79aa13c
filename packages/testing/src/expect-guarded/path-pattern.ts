/** A part of a route's pattern: a text, or a parameter. */
type Piece = string | Parameter;

export interface Parameter {
  readonly name: string;
  /** The regular expression that values must match, without anchors. */
  readonly constraint?: string;
  /** It takes any rest of the path: `*`, `**`, `*rest`, `[...rest]`. */
  readonly isWildcard?: boolean;
}

/**
 * Reads a pattern in the syntax of any of the supported routers: `:id`, `:id?`, `:id(\\d+)`, `:id{[0-9]+}`,
 * `{/:id}`, `{id}`, `[id]`, `[...rest]`, `*`, `**`, `**:rest`, `*rest`. Optional parts count as present.
 */
function readPattern(pattern: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let rest = pattern;
  let wildcards = 0;
  const text = (value: string) => {
    const last = pieces.at(-1);
    if (typeof last === "string") pieces[pieces.length - 1] = last + value;
    else pieces.push(value);
  };
  while (rest !== "") {
    const [matched, piece] = next(rest, () => `*${++wildcards}`);
    if (typeof piece === "string") text(piece);
    else pieces.push(piece);
    rest = rest.slice(matched);
  }
  return pieces;
}

/** The number of characters that the first piece takes, and the piece. */
function next(rest: string, nameWildcard: () => string): readonly [number, Piece] {
  const escaped = /^\\(.)/s.exec(rest) ?? /^:(:)/.exec(rest);
  if (escaped !== null) return [2, escaped[1] as string];
  const parameter = /^:([\p{L}\p{N}_$]+)/u.exec(rest);
  if (parameter !== null) {
    const [start, name = ""] = parameter;
    const constraint = constraintAt(rest.slice(start.length));
    const end = start.length + (constraint === undefined ? 0 : constraint.length + 2);
    const suffix = /^[?*+]/.exec(rest.slice(end))?.[0] ?? "";
    return [end + suffix.length, { name, ...(constraint !== undefined && { constraint }) }];
  }
  const named =
    /^\[\[?(\.\.\.)?([\p{L}\p{N}_$-]+)\]?\]/u.exec(rest) ?? /^\{()([\p{L}_$][\p{L}\p{N}_$-]*)\}/u.exec(rest);
  if (named !== null) {
    const [whole, dots, name = ""] = named;
    return [whole.length, { name, ...(dots && { isWildcard: true }) }];
  }
  const wildcard = /^(?:\(\.\*\)|\*\*?:?([\p{L}\p{N}_$]*))/u.exec(rest);
  if (wildcard !== null)
    return [wildcard[0].length, { name: wildcard[1] || nameWildcard(), isWildcard: true }];
  // The braces and parentheses of an optional part.
  return [1, /^[{}()]/.test(rest) || /^\?$/.test(rest) ? "" : rest.charAt(0)];
}

/** The text in the brackets at the start, which may be nested. Undefined if there are none. */
function constraintAt(text: string): string | undefined {
  const [open, close] = text.startsWith("(") ? "()" : text.startsWith("{") ? "{}" : "";
  // `:id{/:other}` is an optional part after the parameter.
  if (open === undefined || text.startsWith("{/")) return undefined;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === open) depth++;
    else if (character === close && --depth === 0) return text.slice(1, index);
  }
  return undefined;
}

/** The parameters of a pattern, without wildcards that have no name. */
export function parametersOf(pattern: string): readonly Parameter[] {
  return readPattern(pattern).filter((piece) => typeof piece !== "string");
}

/** A path that the pattern matches. Values are percent-encoded. */
export function fillPattern(pattern: string, values: Readonly<Record<string, string>>): string {
  return readPattern(pattern)
    .map((piece) => (typeof piece === "string" ? encodeText(piece) : encode(piece, values[piece.name] ?? "")))
    .join("");
}

/** Texts of a pattern may be encoded already. */
function encodeText(text: string): string {
  return encodeURI(text).replaceAll(/%25([0-9A-Fa-f]{2})/g, "%$1");
}

function encode({ isWildcard }: Parameter, value: string): string {
  const encoded = encodeURIComponent(value);
  return isWildcard === true ? encoded.replaceAll("%2F", "/") : encoded;
}

/** Values of usual constraints. */
const examples = [
  "1",
  "a",
  "12",
  "2026",
  "2026-01-31",
  "en",
  "00000000-0000-4000-8000-000000000001",
  "abc",
  "x1",
];

/** A value that a parameter accepts, as far as its pattern says. */
export function exampleOf({ constraint }: Parameter): string {
  if (constraint === undefined) return "1";
  try {
    const expression = new RegExp(`^(?:${constraint})$`);
    return examples.find((example) => expression.test(example)) ?? "1";
  } catch {
    return "1";
  }
}

/**
 * The pattern of a path that is a regular expression, such as `/^\/users\/(?<userId>[^/]+)$/`. A group
 * without a name is called by its number, from 0.
 *
 * @returns Undefined if it has more than texts and groups.
 */
export function patternOfExpression({ source, flags }: RegExp): string | undefined {
  let groups = 0;
  let pattern = "";
  let rest = source.replace(/^\^/, "").replace(/(?:\\\/\??|\/\?)?\$$/, "");
  while (rest !== "") {
    if (rest.startsWith("(")) {
      const inner = constraintAt(rest);
      const [, name] = /^\?<([\p{L}_$][\p{L}\p{N}_$]*)>/u.exec(inner ?? "") ?? [];
      // Groups of other kinds capture nothing.
      if (inner === undefined || (inner.startsWith("?") && name === undefined)) return undefined;
      const constraint = name === undefined ? inner : inner.slice(name.length + 3);
      pattern += `:${name ?? groups}(${constraint})`;
      groups++;
      rest = rest.slice(inner.length + 2);
      continue;
    }
    const text = /^(?:\\([/.\-_])|([\p{L}\p{N}/_~%-]))(?![?*+{])/u.exec(rest);
    if (text === null) return undefined;
    pattern += text[1] ?? text[2];
    rest = rest.slice(text[0].length);
  }
  return flags.includes("v") || !pattern.startsWith("/") ? undefined : pattern;
}
