import { parseUrl } from "../request/parse-url.ts";
import { isSafe } from "./method.ts";
import { ProxyProblem } from "./problem-response.ts";

/**
 * Destinations of a request that a page of this site may have (Fetch standard, `Sec-Fetch-Dest`): `fetch` and
 * `EventSource`, a navigation, media. Not scripts, workers, styles and frames: what the API returns is data,
 * even if a user has uploaded it.
 */
const destinations = ["empty", "document", "image", "audio", "video", "track"];

/**
 * Refuses a request that another site may have caused: the browser sends the session cookie with those too
 * (OWASP, Cross-Site Request Forgery Prevention). Same-site is not enough: a sibling domain is another
 * origin.
 *
 * - `Sec-Fetch-Site` must be `same-origin`, or `none` for GET and HEAD: a user has typed the address. Not
 *   with `Sec-Purpose`: browsers send `none` with prefetches that a page of a sibling domain causes
 *   (speculation rules).
 * - `Origin`, where there is one, must be this server's.
 * - Without `Sec-Fetch-Site` (http hosts other than localhost, old browsers), `Origin` is needed, or
 *   `Referer` for GET and HEAD. A request without any of them is refused.
 */
export function requireSameSite(request: Request, ownOrigins: readonly string[]): void {
  if (!isSameSite(request, ownOrigins)) throw new ProxyProblem("cross_site_request");
}

function isSameSite({ method, url, headers }: Request, ownOrigins: readonly string[]): boolean {
  const destination = headers.get("sec-fetch-dest");
  if (destination !== null && !destinations.includes(destination)) return false;

  const isOwn = (origin: string) => ownOrigins.includes(origin) || isOwnOrigin(origin, url, headers);
  const origin = headers.get("origin");
  if (origin !== null && !isOwn(origin)) return false;

  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || (site === "none" && isTyped(method, headers));
  if (origin !== null) return true;
  return isSafe(method) && isOwn(originOf(headers.get("referer")));
}

function isTyped(method: string, headers: Headers): boolean {
  return isSafe(method) && !headers.has("sec-purpose");
}

/**
 * Whether an origin is this server's: the host that the request was sent to, with the scheme of this server.
 * A server behind a TLS terminator sees http, so https is accepted there too; plain http only if nothing says
 * that the browser used https. `X-Forwarded-Host` decides nothing.
 */
function isOwnOrigin(origin: string, requestUrl: string, headers: Headers): boolean {
  const page = parseUrl(origin);
  if (page === undefined || page.origin !== origin) return false;
  const own = new URL(requestUrl);
  // Some frameworks write their own host name into the URL: the browser's is in the header.
  const host = headers.get("host") ?? own.host;
  if (/[/\\?#@]/.test(host) || parseUrl(`${page.protocol}//${host}`)?.host !== page.host) return false;
  if (page.protocol === "https:") return true;
  return page.protocol === "http:" && own.protocol === "http:" && !hasTlsTerminator(headers);
}

/** Read only to refuse more: anyone can send it. */
function hasTlsTerminator(headers: Headers): boolean {
  return /https/i.test(`${headers.get("x-forwarded-proto")} ${headers.get("forwarded")}`);
}

function originOf(url: string | null): string {
  return parseUrl(url ?? "")?.origin ?? "null";
}

/** @throws {TypeError} Not a list of exact origins. */
export function readOrigins(origins: readonly string[] = []): readonly string[] {
  if (!Array.isArray(origins)) throw new TypeError("origins must be a list of origins");
  for (const [index, origin] of origins.entries()) {
    if (!/^https?:[^*]+$/.test(String(origin)) || parseUrl(origin)?.origin !== origin) {
      throw new TypeError(
        `origins[${index}] must be an origin such as https://app.example.com: no path, no trailing slash, ` +
          "lower case",
      );
    }
  }
  return [...origins];
}
