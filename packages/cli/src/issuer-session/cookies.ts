import { parseCookie } from "undici";
import { canBeSent } from "../doctor/http/probe.ts";

/** The cookies of one server, in memory (RFC 6265 section 5.3). */
export interface Cookies {
  /** Keeps what an answer sets. A cookie for another domain is ignored. */
  keep(headers: Headers): void;
  /** The `Cookie` header for a path; undefined without a cookie for it. */
  headerFor(path: string): string | undefined;
  /** Domains of the cookies that were ignored. */
  ignored(): readonly string[];
}

/**
 * Creates an empty store. Whether a cookie is `Secure` does not matter: everything goes to one address, and
 * that is https, or http by the user's own decision.
 */
export function createCookies(hostname: string): Cookies {
  const kept = new Map<string, { readonly value: string; readonly path: string }>();
  const ignored = new Set<string>();

  function keepOne(line: string): void {
    const cookie = parseCookie(line);
    if (cookie === null || cookie.name === "" || !canBeSent(cookie.name + cookie.value)) return;
    const { name, value, domain, path = "/" } = cookie;
    if (domain && !isWithin(hostname, domain)) {
      ignored.add(domain);
      return;
    }
    if (hasEnded(cookie)) kept.delete(name);
    else kept.set(name, { value, path });
  }

  return {
    keep(headers) {
      for (const line of headers.getSetCookie()) keepOne(line);
    },
    headerFor(path) {
      const pairs = [...kept].filter(([, cookie]) => isUnder(path, cookie.path));
      return pairs.length === 0 ? undefined : pairs.map(([name, { value }]) => `${name}=${value}`).join("; ");
    },
    ignored: () => [...ignored],
  };
}

/** RFC 6265 section 5.1.3. */
function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || (hostname.endsWith(`.${domain}`) && !/^[\d.]+$/.test(hostname));
}

/** RFC 6265 section 5.1.4. */
function isUnder(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith("/") ? parent : `${parent}/`);
}

function hasEnded({ maxAge, expires }: { maxAge?: number; expires?: Date | number }): boolean {
  if (maxAge !== undefined) return maxAge <= 0;
  return expires !== undefined && Number(expires) <= Date.now();
}
