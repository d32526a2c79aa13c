import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Only set by {@link withClientAddress}, which replaces what the client sends. */
export const clientAddressHeader = "x-usher-client-address";

/**
 * Adds the client's address to the request, in the header from which Better Auth's rate limiter reads it.
 *
 * It is the address of the connection. Any client can send X-Forwarded-For, so it is only used with trusted
 * proxies: then the header has the whole chain, and Better Auth uses the last address that is not a trusted
 * proxy.
 */
export function withClientAddress(context: Context, trustedProxies: readonly string[]): Request {
  const address = getConnInfo(context).remote.address ?? "";
  const forwarded = trustedProxies.length > 0 ? context.req.header("x-forwarded-for") : undefined;
  const headers = new Headers(context.req.raw.headers);
  headers.set(clientAddressHeader, forwarded === undefined ? address : `${forwarded}, ${address}`);
  return new Request(context.req.raw, { headers });
}
