import { isLoopback } from "../../openapi/server.ts";

/**
 * Whether the backend's address is the one that the gate listens on: every request would come back to the
 * gate, again and again. Usually the backend was meant to have the port.
 */
export function isOwnAddress(upstream: URL, { host, port }: { host: string; port: number }): boolean {
  if (upstream.protocol !== "http:" || Number(upstream.port || 80) !== port) return false;
  const name = upstream.hostname.replaceAll(/[[\]]/g, "");
  if (name === host) return true;
  if (!isLoopback(upstream.origin)) return false;
  if (["0.0.0.0", "::", "localhost"].includes(host)) return true;
  return name === "localhost" && ["127.0.0.1", "::1"].includes(host);
}
