import { isSingleUserRuntime } from "../runtime.ts";
import { parseUrl } from "./parse-url.ts";

/** Host names that may use plain http, spelled as in {@link URL.hostname}. */
export type InsecureHosts = ReadonlySet<string>;

/**
 * Reads `allowInsecureHosts`. `@usher-auth/verify` and `@usher-auth/issuer` have the same rule
 * (`conformance/hosts.json`).
 *
 * An entry must be what the URL parser returns for it, in any case; an IPv6 address with or without brackets.
 * What the parser would rewrite or split is refused: it would match nothing, or another host.
 *
 * @throws {TypeError} Not a list, or an entry that is not an exact host name. The message does not contain
 *   it: it may be a URL with a password.
 */
export function readInsecureHosts(names: readonly string[] = []): InsecureHosts {
  if (!Array.isArray(names))
    throw new TypeError('allowInsecureHosts must be a list of exact host names, such as ["web", "10.0.2.2"]');
  return new Set(names.map(readHost));
}

function readHost(name: unknown, index: number): string {
  if (typeof name === "string") {
    const text = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
    // Before it is lower-cased: the Kelvin sign becomes a "k".
    const isHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(text);
    const host = text.toLowerCase();
    if (isHost && parseUrl(`http://${host}/`)?.hostname === host) return host;
  }
  throw new TypeError(
    `allowInsecureHosts: entry ${index + 1} must be an exact host name, such as "web" or "10.0.2.2": ` +
      "no scheme, port, path or wildcard; IP addresses and international names as in a URL's hostname",
  );
}

/** RFC 6761 section 6.3. The URL parser has normalised IP addresses. */
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/** Each one has been warned about. */
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
    `@usher-auth/client: http to ${hostname}, a host in allowInsecureHosts: others on the network ` +
      "can read the tokens",
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
