/** A quoted-string, a word (a token or a scheme), or a sign: between a name and its value, or in a list. */
const part = /"((?:[^"\\]|\\.)*)"?|[^\s,="]+|[=,]/g;

/**
 * The parameters of the `Bearer` challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1), by
 * lower-case name. A header may have challenges of other schemes. Empty if there is none.
 */
export function bearerChallenge(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  let isBearer = false;
  const parts = [...header.matchAll(part)];
  for (const [index, [word]] of parts.entries()) {
    const isValue = parts[index - 1]?.[0] === "=";
    if (isSign(word) || isValue) continue;
    const value = parts[index + 1]?.[0] === "=" ? parts[index + 2] : undefined;
    // Without a value it is the scheme of the next challenge, or its `token68` with the padding "==".
    if (value === undefined || isSign(value[0])) isBearer = word.toLowerCase() === "bearer";
    else if (isBearer) parameters.set(word.toLowerCase(), value[1]?.replace(/\\(.)/g, "$1") ?? value[0]);
  }
  return parameters;
}

function isSign(text: string): boolean {
  return text === "=" || text === ",";
}
