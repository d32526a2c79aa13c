import { isConnectionField, isIdentity, isOverride, isProtected, isServersWord } from "./header-names.ts";
import { rememberNames } from "./known-names.ts";
import { valuesOf } from "./raw-headers.ts";

export { headerFault } from "./header-fault.ts";

/**
 * The headers of the request to the backend: names and values in turn, values byte for byte. What stays
 * behind:
 *
 * - what belongs to the client's connection, also what `Connection` names,
 * - what only a server in front may say, what would change the method or the path, and any identity,
 * - every name that a server may fold into another: WSGI and CGI read `X_Usher_User` as `X-Usher-User`, so
 *   only letters, digits and `-` pass,
 * - `Host`, and every name that is added.
 *
 * `Authorization`, `Cookie`, `Origin` and the rest of the client's words pass: this is the API's own gate,
 * and the backend may verify once more.
 *
 * @param added What the gate says itself: identity, forwarded fields, host. Names in lower case, no name
 *   twice.
 */
export function headersForBackend(
  rawHeaders: readonly string[],
  ...added: readonly Readonly<Record<string, string>>[]
): string[] {
  const named = namedByConnection(rawHeaders);
  const headers: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lower = passingName(name);
    if (lower === undefined || named?.has(lower)) continue;
    if (!added.some((part) => Object.hasOwn(part, lower)))
      headers.push(name, rawHeaders[index + 1] as string);
  }
  for (const part of added) {
    for (const name of Object.keys(part)) headers.push(name, part[name] as string);
  }
  return headers;
}

/** A name in lower case; undefined if it stays behind. */
const passingName = rememberNames((name) => {
  const lower = name.toLowerCase();
  const passes = isPlainName(name) && lower !== "host" && !isConnectionField(lower) && !isSpoofable(lower);
  return passes ? lower : undefined;
});

/**
 * Why a request cannot be admitted on behalf of another proxy, which passes the client's headers on as they
 * are; undefined if it can. Names that such proxies themselves send (`X-Forwarded-*`, `X-Real-IP` and others)
 * are not refused: what a client sends under them, the proxy replaces. Other spellings of them it does not
 * replace.
 */
export function refusedInAnswers(rawHeaders: readonly string[]): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const fault = faultOfName(rawHeaders[index] as string);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const faultOfName = rememberNames((sent) => {
  const name = sent.toLowerCase();
  if (isOverride(name)) return "A header would replace the method or the path.";
  if (isIdentity(name)) return "A header states an identity.";
  if (isPlainName(name)) return undefined;
  const folded = name.replace(/[^a-z0-9]/g, "-");
  return isSpoofable(folded) || isConnectionField(folded) || isProtected(folded)
    ? "A header's name may be read as another one."
    : undefined;
});

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
