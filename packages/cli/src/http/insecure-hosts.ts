import { CannotRun } from "../command-line/command.ts";

/**
 * Reads `allowInsecureHosts`: the names of hosts that may use plain http, as in a URL's `hostname`.
 * `@usher-auth/verify`, `@usher-auth/client` and `@usher-auth/issuer` have the same rule
 * (`conformance/hosts.json`).
 *
 * @returns undefined for an entry that is not an exact host name: the URL parser would rewrite or split it.
 */
export function readInsecureHost(name: string): string | undefined {
  const text = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  // Before it is lower-cased: the Kelvin sign becomes a "k".
  const isHost = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(text);
  const host = text.toLowerCase();
  return isHost && URL.parse(`http://${host}`)?.hostname === host ? host : undefined;
}

/** What {@link readInsecureHost} accepts. */
export const hostAdvice =
  'must be an exact host name, such as "web" or "10.0.2.2": no scheme, port, path or wildcard; IP addresses and international names as in a URL\'s hostname.';

/** Whether an address is https, or http on this machine or on a host that is allowed. */
function mayBeUsed({ protocol, hostname }: URL, allowed: readonly string[]): boolean {
  return (
    protocol === "https:" || (protocol === "http:" && (isLoopback(hostname) || allowed.includes(hostname)))
  );
}

/** What {@link mayBeUsed} accepts. */
export const httpAdvice =
  "must be https, or http on this machine (localhost) or on a host in allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS): over http, anyone on the network could change what is sent.";

/** What servers listen on, and print as their own address. */
const everyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "[::]"]);
const everyAddressAdvice =
  "must be https, or http to one address: 0.0.0.0 and [::] mean every address of a machine. Use 127.0.0.1, and let the server listen there only.";

/** @throws {CannotRun} The address may not be used. */
export function checkHttp(address: URL, allowed: readonly string[], name: string): void {
  if (mayBeUsed(address, allowed)) return;
  throw new CannotRun(`${name} ${everyAddress.has(address.hostname) ? everyAddressAdvice : httpAdvice}`);
}

/** Whether it is a name or an address of this machine (RFC 6761 section 6.3 for names). */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/.test(hostname);
}
