/**
 * A quoted-string, a word (a token, a scheme, or a `token68` with its padding), or the sign between a name and
 * its value.
 */
const part = /"((?:[^"\\]|\\.)*)"?|([^\s,="]+)(?:(=+)\s*(?:,|$))?|=/g;

/**
 * The parameters of the `Bearer` challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1), by
 * lower-case name. A header may have challenges of other schemes. Empty if there is none.
 */
export function bearerChallenge(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  let isBearer = false;
  const parts = [...header.matchAll(part)];
  for (const [index, found] of parts.entries()) {
    const word = textOf(found);
    const isName = parts[index + 1]?.[0] === "=";
    const isValue = parts[index - 1]?.[0] === "=";
    const value = parts[index + 2];
    if (isName && isBearer && value !== undefined)
      parameters.set(word.toLowerCase(), value[1]?.replace(/\\(.)/g, "$1") ?? textOf(value));
    // A word that is neither is the scheme of the next challenge.
    else if (!isName && !isValue && word !== "=") isBearer = word.toLowerCase() === "bearer";
  }
  return parameters;
}

/** Without what follows the padding, which tells it from the sign. */
function textOf([all, , word, padding = ""]: RegExpExecArray): string {
  return word === undefined ? all : word + padding;
}
