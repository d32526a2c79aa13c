import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Set by {@link withClientAddress} alone: whatever a client sends under this name is replaced. */
export const clientAddressHeader = "x-usher-client-address";

/**
 * The request with the address it came from in a header, which is where Better Auth looks for it to limit the
 * tries of a password.
 *
 * It is the connection's address. X-Forwarded-For can be written by anybody, so it counts only where proxies
 * are trusted: then the whole chain is given, and Better Auth takes the last address in it that is no trusted
 * proxy.
 */
export function withClientAddress(context: Context, trustedProxies: readonly string[]): Request {
  const address = getConnInfo(context).remote.address ?? "";
  const forwarded = trustedProxies.length > 0 ? context.req.header("x-forwarded-for") : undefined;
  const headers = new Headers(context.req.raw.headers);
  headers.set(clientAddressHeader, forwarded === undefined ? address : `${forwarded}, ${address}`);
  return new Request(context.req.raw, { headers });
}
