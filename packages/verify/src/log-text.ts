/**
 * Characters that `JSON.stringify` does not escape and that a terminal interprets: DEL, the C1 controls, and
 * marks that change the direction of text.
 */
const controls = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Untrusted text for a hint: quoted, with control characters escaped, at most 200 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(controls, escaped);
}

/**
 * The message of a thrown value, for a warning or a log: quoted, escaped and shortened. Anything can be
 * thrown; this function never throws.
 */
export function reasonOf(error: unknown): string {
  try {
    return quote(String(error instanceof Error ? error.message : error));
  } catch {
    return "a value that cannot be converted to text";
  }
}

/**
 * Why keys could not be loaded, without control characters. Node's `fetch` says "fetch failed" and has the
 * reason in its cause. Never throws.
 */
export function explain(error: unknown): string {
  try {
    if (!(error instanceof Error)) return plain(String(error));
    const { cause } = error;
    const beneath = cause instanceof Error ? ` (${"code" in cause ? cause.code : cause.message})` : "";
    return plain(`${error.message}${beneath}`);
  } catch {
    return "the thrown value cannot be converted to text";
  }
}

function plain(text: string): string {
  return quote(text).slice(1, -1);
}

/** Segments of base64url, which a JWS and a JWE consist of. Words and names of hosts are some too. */
const segments = /[\w.-]+/g;

/** `{"`, encoded; within a word, as in an escaped URL (`%20eyJ…`), only with more than a word has. */
const start = /^eyJ|eyJ[\w-]{10}/;

/**
 * Whether this is a JWS or a JWE, or the start of one. Hints never contain one; the text of other code might.
 */
function isToken(text: string): boolean {
  let longInARow = 0;
  for (const segment of text.split(".")) {
    longInARow = segment.length >= 10 ? longInARow + 1 : 0;
    if (start.test(segment) || longInARow === 3) return true;
  }
  return false;
}

/** A text for one line of a log: control characters are escaped, and what looks like a token is removed. */
export function printable(text: string, longest: number): string {
  const shortened = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return (
    shortened
      .replace(segments, (found) => (isToken(found) ? "[token]" : found))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped.
      .replace(/[\u0000-\u001f]/g, escaped)
      .replace(controls, escaped)
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
