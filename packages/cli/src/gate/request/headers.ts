import { isConnectionField, isIdentity, isOverride, isProtected, isServersWord } from "./header-names.ts";
import { valuesOf } from "./raw-headers.ts";

export { headerFault } from "./header-fault.ts";

/**
 * The headers of the request to the backend: names and values in turn, values byte for byte. What stays behind:
 *
 * - what belongs to the client's connection, also what `Connection` names,
 * - what only a server in front may say, what would change the method or the path, and any identity,
 * - every name that a server may fold into another: WSGI and CGI read `X_Usher_User` as `X-Usher-User`, so only
 *   letters, digits and `-` pass,
 * - `Host`, and every name that is added.
 *
 * `Authorization`, `Cookie`, `Origin` and the rest of the client's words pass: this is the API's own gate, and
 * the backend may verify once more.
 *
 * @param added What the gate says itself: identity, forwarded fields, host. Names in lower case.
 */
export function headersForBackend(
  rawHeaders: readonly string[],
  added: Readonly<Record<string, string>>,
): string[] {
  const named = namedByConnection(rawHeaders);
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lower = passingName(name);
    if (lower === undefined || Object.hasOwn(added, lower) || named?.has(lower)) continue;
    headers.push(name, rawHeaders[index + 1] as string);
  }
  for (const name of Object.keys(added)) headers.push(name, added[name] as string);
  return headers;
}

/** What is known about names, because most requests have the same. Bounded: clients choose the names. */
const known = new Map<string, string | undefined>();
const maxKnown = 500;

/** A name in lower case; undefined if it stays behind. */
function passingName(name: string): string | undefined {
  const before = known.get(name);
  if (before !== undefined || known.has(name)) return before;
  const lower = name.toLowerCase();
  const passes = isPlainName(name) && lower !== "host" && !isConnectionField(lower) && !isSpoofable(lower);
  const result = passes ? lower : undefined;
  if (known.size < maxKnown && name.length <= 64) known.set(name, result);
  return result;
}

/**
 * Why a request cannot be admitted on behalf of another proxy, which passes the client's headers on as they are;
 * undefined if it can. Names that such proxies themselves send (`X-Forwarded-*`, `X-Real-IP` and others) are not
 * refused: what a client sends under them, the proxy replaces. Other spellings of them it does not replace.
 */
export function refusedInAnswers(rawHeaders: readonly string[]): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (isOverride(name)) return "A header would replace the method or the path.";
    if (isIdentity(name)) return "A header states an identity.";
    if (isPlainName(name)) continue;
    const folded = name.replace(/[^a-z0-9]/g, "-");
    if (isSpoofable(folded) || isConnectionField(folded) || isProtected(folded))
      return "A header's name may be read as another one.";
  }
  return undefined;
}

function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9-]+$/.test(name);
}

function isSpoofable(name: string): boolean {
  return isIdentity(name) || isServersWord(name) || isOverride(name);
}

/** The names in `Connection`, without those that it must not name. Usually none. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> | undefined {
  const values = valuesOf(rawHeaders, "connection");
  if (values.every((value) => value === "keep-alive" || value === "close")) return undefined;
  const names = values.flatMap((value) => value.toLowerCase().split(",")).map((name) => name.trim());
  return new Set(names.filter((name) => !isProtected(name)));
}
