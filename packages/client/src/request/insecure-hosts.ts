import { isSingleUserRuntime } from "../runtime.ts";
import { parseUrl } from "./parse-url.ts";

/** Host names that may use plain http, spelled as in {@link URL.hostname}. */
export type InsecureHosts = ReadonlySet<string>;

/**
 * Reads the option `allowInsecureHosts`. `@usher-auth/verify` and `@usher-auth/issuer` have the same rule.
 *
 * An entry must be the `hostname` of the URL that it allows, in any case, and an IPv6 address with or without
 * brackets. Anything that the URL parser would rewrite or split is refused: it would never match, or match
 * another host.
 *
 * @throws {TypeError} Not a list, or an entry that is not an exact host name.
 */
export function readInsecureHosts(names: readonly string[] = []): InsecureHosts {
  if (!Array.isArray(names))
    throw new TypeError('allowInsecureHosts must be a list of host names, such as ["api", "10.0.2.2"]');
  return new Set(names.map(readHost));
}

function readHost(name: unknown, index: number): string {
  const text = typeof name === "string" ? name.toLowerCase() : "";
  const host = /^[0-9a-f.]*:[0-9a-f:.]*$/.test(text) ? `[${text}]` : text;
  if (/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(host) && parseUrl(`http://${host}/`)?.hostname === host)
    return host;
  throw new TypeError(
    `allowInsecureHosts[${index}] must be an exact host name, such as "api" or "10.0.2.2": ` +
      "no scheme, port, path or wildcard; IP addresses and international names as a URL's hostname has them",
  );
}

/** RFC 6761 section 6.3. The URL parser has normalised IP addresses. */
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

const warned = new Set<string>();

/**
 * Whether a host may use plain http: this machine, or an allowed host. A server in production gets one
 * warning for each of the latter (`USHER_INSECURE_HOST`).
 */
export function mayUseHttp(hostname: string, hosts: InsecureHosts): boolean {
  if (loopback.test(hostname)) return true;
  if (!hosts.has(hostname)) return false;
  warnOnServer(hostname);
  return true;
}

function warnOnServer(hostname: string): void {
  if (isSingleUserRuntime() || warned.has(hostname) || !isProduction()) return;
  warned.add(hostname);
  globalThis.process?.emitWarning?.(
    `@usher-auth/client: http to ${hostname}, a host in allowInsecureHosts: others on the network can read the tokens`,
    { type: "UsherWarning", code: "USHER_INSECURE_HOST" },
  );
}

function isProduction(): boolean {
  try {
    return globalThis.process?.env?.NODE_ENV === "production";
  } catch {
    // Deno without the permission to read it.
    return true;
  }
}
