import { ConfigurationError } from "../../errors.ts";
import { isLoopback } from "../../option-values.ts";
import { isProduction, warn } from "../../warning.ts";

/**
 * Reads `allowInsecureHosts`: the names of hosts that may use plain http, as in a URL's `hostname`.
 * `@usher-auth/client` and `@usher-auth/issuer` have the same rule (`conformance/hosts.json`).
 *
 * An entry must be what the URL parser returns for it, in any case; an IPv6 address with or without brackets.
 * What the parser would rewrite or split is refused: it would match nothing, or another host.
 *
 * @throws {ConfigurationError} Not a list, or an entry that is not an exact host name. The message does not
 *   contain it: it may be a URL with a password.
 */
export function readInsecureHosts(names: readonly string[] = []): ReadonlySet<string> {
  if (!Array.isArray(names))
    throw invalid('must be a list of exact host names, such as ["web", "10.0.2.2"].');
  return new Set(names.map(readHost));
}

function readHost(name: unknown, index: number): string {
  if (typeof name === "string") {
    const text = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
    // Before it is lower-cased: the Kelvin sign becomes a "k".
    const isHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(text);
    const host = text.toLowerCase();
    if (isHost && URL.parse(`http://${host}`)?.hostname === host) return host;
  }
  throw invalid(
    `entry ${index + 1} must be an exact host name, such as "web" or "10.0.2.2": no scheme, port, ` +
      "path or wildcard; IP addresses and international names as in a URL's hostname.",
  );
}

function invalid(advice: string): ConfigurationError {
  return new ConfigurationError(`remoteJwks: allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS): ${advice}`);
}

/** Each one has been warned about. */
const warned = new Set<string>();

/** Whether the keys may be fetched over plain http: from this machine, or from an allowed host. */
export function mayUseHttp({ hostname }: URL, allowed: ReadonlySet<string>): boolean {
  if (isLoopback(hostname)) return true;
  if (!allowed.has(hostname)) return false;
  if (!warned.has(hostname) && isProduction()) {
    warned.add(hostname);
    warn(
      `remoteJwks: keys come from ${hostname} over http, because allowInsecureHosts names it: anyone ` +
        "on its network could insert their own keys",
      "USHER_INSECURE_HOST",
    );
  }
  return true;
}
