import { isIP } from "node:net";
import { plainAddress, type TrustedProxies } from "./addresses.ts";
import { isHost, valuesOf } from "./raw-headers.ts";

/** What the gate knows of the connection. */
export interface Received {
  /** Undefined: a Unix socket, or a client that has gone. */
  readonly remoteAddress: string | undefined;
  readonly rawHeaders: readonly string[];
  /** Whether the connection to the gate is encrypted. */
  readonly encrypted: boolean;
}

/**
 * `X-Forwarded-For`, `-Proto` and `-Host` for the backend. What a trusted proxy says is kept; what anyone
 * else says is not. All other forwarded fields, `Forwarded` too, stay behind.
 */
export function forwardedHeaders(
  { remoteAddress, rawHeaders, encrypted }: Received,
  trusted: TrustedProxies,
): Record<string, string> {
  const isTrusted = trusted.has(remoteAddress);
  const said = (name: string) => (isTrusted ? onlyValue(rawHeaders, name) : undefined);
  const headers: Record<string, string> = {};

  const chain = remoteAddress === undefined ? [] : [plainAddress(remoteAddress)];
  if (isTrusted) chain.unshift(...believed(valuesOf(rawHeaders, "x-forwarded-for"), trusted));
  if (chain.length > 0) headers["x-forwarded-for"] = chain.join(", ");

  const scheme = said("x-forwarded-proto")?.toLowerCase();
  const isScheme = scheme === "http" || scheme === "https";
  headers["x-forwarded-proto"] = isScheme ? scheme : encrypted ? "https" : "http";

  const host = said("x-forwarded-host");
  const own = onlyValue(rawHeaders, "host");
  const visible = host !== undefined && isHost(host) ? host : own;
  if (visible !== undefined && isHost(visible)) headers["x-forwarded-host"] = visible;
  return headers;
}

function onlyValue(rawHeaders: readonly string[], name: string): string | undefined {
  const values = valuesOf(rawHeaders, name);
  return values.length === 1 ? values[0] : undefined;
}

/**
 * The part of `X-Forwarded-For` that trusted proxies wrote: from the right, the addresses of trusted proxies,
 * and the first other one, which is the client. What stands before it is what the client itself sent, and
 * many backends take the leftmost address for the client.
 */
function believed(values: readonly string[], trusted: TrustedProxies): string[] {
  const chain: string[] = [];
  for (const entry of values.join(",").split(",").reverse()) {
    const address = addressOf(entry.trim());
    if (address === undefined) break;
    chain.unshift(address);
    if (!trusted.has(address)) break;
  }
  return chain;
}

/** Some proxies write a port, and then brackets around IPv6. */
function addressOf(entry: string): string | undefined {
  if (entry.length > 64) return undefined;
  const address = plainAddress(/^\[([^\]]*)\](?::[0-9]+)?$/.exec(entry)?.[1] ?? withoutPort(entry));
  return isIP(address) === 0 ? undefined : address;
}

function withoutPort(entry: string): string {
  const [address = "", port, ...rest] = entry.split(":");
  return port !== undefined && rest.length === 0 && /^[0-9]+$/.test(port) ? address : entry;
}
