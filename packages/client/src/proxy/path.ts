import { ProxyProblem } from "./problem-response.ts";

/**
 * The path and query below the proxy's path, beginning with a slash.
 *
 * Only a path that everyone reads in the same way is passed on: the framework's router, this proxy, the
 * proxies in front of the API and the API's router. Otherwise one of them checks one path, and the next
 * serves another.
 *
 * @param mount - the proxy's path, without a trailing slash
 */
export function pathBelow(mount: string, requestUrl: string): string {
  const { username, password, pathname, search } = new URL(requestUrl);
  // A standard Request has parsed the URL, and other requests have not: both texts are checked.
  const sent = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*([^?#]*)/i.exec(requestUrl)?.[1] ?? "";
  if (!isUnambiguous(sent) || !isUnambiguous(pathname)) throw new ProxyProblem("path_rejected");
  if (username !== "" || password !== "") throw new ProxyProblem("path_rejected");
  if (pathname !== mount && !pathname.startsWith(`${mount}/`)) throw new ProxyProblem("path_rejected");
  return (pathname.slice(mount.length) || "/") + search;
}

/** @throws {TypeError} Not a path that the proxy can have. */
export function readMount(path: string): string {
  const mount = typeof path === "string" ? path.replace(/\/$/, "") : undefined;
  if (mount === undefined || !/^(?:\/[A-Za-z0-9._~-]+)*$/.test(mount) || !isUnambiguous(mount))
    throw new TypeError(
      'path must be a path such as "/backend": letters, digits, ".", "_", "~", "-" and "/"',
    );
  return mount;
}

function isUnambiguous(path: string): boolean {
  const [before, ...segments] = path.split("/");
  if (before !== "") return false;
  // Only the last one may be empty: a trailing slash.
  return segments.every(
    (segment, index) => (segment !== "" || index === segments.length - 1) && isPlain(segment),
  );
}

/**
 * A segment stays one, however often it is decoded: no slash, backslash or control character in it, and not
 * `.` or `..`, also before a `;` (path parameters of Java servers), `?` or `#`. The encoding must be valid
 * UTF-8, which excludes overlong slashes.
 */
function isPlain(segment: string): boolean {
  if (decoded(segment) === undefined) return false;
  let text = segment;
  for (let level = 0; level < 3; level += 1) {
    if (/[/\\\p{Cc}]/u.test(text) || /^\.{1,2}(?:[;?#]|$)/.test(text)) return false;
    const next = decodeOnce(text);
    if (next === text) return true;
    text = next;
  }
  return false;
}

/** Decodes the valid escapes of a text that may have others too, such as the "%" of "100%". */
function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decoded(escapes) ?? decodeBytes(escapes));
}

/** Undefined if it is not valid UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function decodeBytes(escapes: string): string {
  return escapes.replace(/%(..)/g, (_escape, byte: string) => String.fromCharCode(Number(`0x${byte}`)));
}
