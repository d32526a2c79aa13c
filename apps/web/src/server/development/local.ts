import type { WebConfig } from "../config/config.ts";

/** Names and addresses that are always this machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3). */
const loopback = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\]|::1)$/i;

/**
 * Whether the whole system runs on this machine for development: not in production, and every address is
 * loopback. Only then does the server help the page to show more requests.
 */
export function isLocal(config: Pick<WebConfig, "production" | "host" | "apiUrl">, issuer: string): boolean {
  const hosts = [config.host, new URL(issuer).hostname, new URL(config.apiUrl).hostname];
  return !config.production && hosts.every((host) => loopback.test(host));
}

/** Headers that proxies add: RFC 9110 section 7.6.3, RFC 7239, and the names that were in use before it. */
const proxyHeader = /^(?:via|forwarded|x-forwarded-.+|x-real-ip)$/;

/**
 * Whether a request was sent to this machine under a loopback name, and not through a proxy. Another site can
 * make its own name lead to 127.0.0.1 (DNS rebinding), and a proxy may serve the public.
 */
export function isLocalRequest(headers: Headers): boolean {
  const isForwarded = [...headers.keys()].some((name) => proxyHeader.test(name));
  const host = URL.parse(`http://${headers.get("host") ?? ""}`)?.hostname ?? "";
  return !isForwarded && loopback.test(host);
}
