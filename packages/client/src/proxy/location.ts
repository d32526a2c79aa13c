import { type ParsedUrl, parseUrl } from "../request/parse-url.ts";

/**
 * A redirect inside the API becomes one of the proxy, so that the browser follows it with its session. Any
 * other is left as it is.
 *
 * @param base - the API's URL, with a trailing slash
 * @param mount - the proxy's path, without a trailing slash
 * @param from - the URL that the API answered at: a relative redirect starts there
 */
export function relocate(location: string, base: ParsedUrl, mount: string, from: ParsedUrl): string {
  const target = parseUrl(location, from);
  if (target === undefined) return location;
  const isInside = target.origin === base.origin && `${target.pathname}/`.startsWith(base.pathname);
  const below = target.pathname.slice(base.pathname.length);
  // With the proxy at "/", a slash at the beginning would make it "//host".
  if (!isInside || below.startsWith("/")) return target.href;
  return `${mount}/${below}${target.search}${target.hash}`;
}
