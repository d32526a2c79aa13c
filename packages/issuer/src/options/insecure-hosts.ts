import { IssuerError } from "../errors.ts";

/**
 * Reads `allowInsecureHosts`: the names of hosts that may use plain http, as in a URL's `hostname`.
 * `@usher-auth/verify` and `@usher-auth/client` have the same rule (`conformance/hosts.json`).
 *
 * An entry must be what the URL parser returns for it, in any case; an IPv6 address with or without brackets.
 * What the parser would rewrite or split is refused: it would match nothing, or another host.
 *
 * @throws {IssuerError} Not a list, or an entry that is not an exact host name. The message does not contain
 *   it: it may be a URL with a password.
 */
export function readInsecureHosts(names: unknown): ReadonlySet<string> {
  if (!Array.isArray(names)) {
    throw new IssuerError(
      'usherJwt: allowInsecureHosts must be a list of exact host names, such as ["web", "10.0.2.2"].',
    );
  }
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
  throw new IssuerError(
    `usherJwt: allowInsecureHosts: entry ${index + 1} must be an exact host name, such as "web" or ` +
      `"10.0.2.2": no scheme, port, path or wildcard; IP addresses and international names as in a ` +
      "URL's hostname.",
  );
}

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/** Each one has been warned about. */
const warned = new Set<string>();

/**
 * Whether logout tokens may be sent over plain http: to this machine, or to an allowed host. Each of the
 * latter causes one process warning in production.
 */
export function mayUseHttp({ hostname }: URL, allowed: ReadonlySet<string>): boolean {
  if (loopback.test(hostname)) return true;
  if (!allowed.has(hostname)) return false;
  if (!warned.has(hostname) && process.env.NODE_ENV === "production") {
    warned.add(hostname);
    process.emitWarning(
      `usherJwt: logout tokens go to ${hostname} over http, because allowInsecureHosts names it: ` +
        "anyone on its network could answer in its place",
      { type: "UsherWarning", code: "USHER_INSECURE_HOST" },
    );
  }
  return true;
}
