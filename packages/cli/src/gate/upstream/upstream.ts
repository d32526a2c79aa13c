import type { IncomingMessage, ServerResponse } from "node:http";
import { Pool } from "undici";
import type { Settings } from "../settings/settings.ts";
import { Exchange, type Outgoing, type Route } from "./exchange.ts";
import type { Outcome } from "./outcome.ts";

/** The backend. */
export interface Upstream {
  /**
   * Sends a request on, and its response back. Both are streamed; neither is kept. Never rejects: whatever
   * happens, the client has a response, the backend's or a problem, or its connection is closed.
   */
  send(request: IncomingMessage, response: ServerResponse, outgoing: Outgoing): Promise<Outcome>;
  /**
   * Takes no more requests, and waits for those that are running. A second call waits for the first.
   *
   * @param deadline Milliseconds after which they are broken off.
   */
  close(deadline: number): Promise<void>;
}

/** The part of the settings that concerns the backend. */
export type UpstreamSettings = Pick<Settings, "timeout" | "idleTimeout" | "maxRequestBytes" | "cors"> & {
  readonly upstream: URL;
};

/** Milliseconds. Backends close idle connections after 1 to 5 seconds, and few say when. */
const keepAliveTimeout = 500;

/** Connects to the backend when the first request is sent. */
export function connectUpstream(settings: UpstreamSettings): Upstream {
  const { upstream, timeout, idleTimeout, maxRequestBytes, cors } = settings;
  const options: Pool.Options = {
    allowH2: false,
    // The exchange has timers, which know which side a request waits for.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout,
    // What a backend says in its `Keep-Alive` header counts, less a second for the way.
    keepAliveTimeoutThreshold: 1000,
    keepAliveMaxTimeout: 30_000,
    // NODE_TLS_REJECT_UNAUTHORIZED must not switch this off.
    connect: { rejectUnauthorized: true, timeout: Math.min(timeout, 10_000) },
  };
  const pool = new Pool(upstream.origin, options);
  const freshPool = new Pool(upstream.origin, { ...options, pipelining: 0 });
  const route: Route = {
    pool,
    freshPool,
    timeout,
    idleTimeout,
    maxRequestBytes,
    host: upstream.host,
    ownsCors: cors !== false,
  };
  let closed: Promise<void> | undefined;
  return {
    send: (request, response, outgoing) => new Exchange(request, response, outgoing, route).run(),
    close(deadline) {
      closed ??= closeAll([pool, freshPool], deadline);
      return closed;
    },
  };
}

async function closeAll(pools: readonly Pool[], deadline: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const pool of pools) pool.destroy().catch(() => {});
  }, deadline);
  await Promise.all(pools.map((pool) => pool.close()));
  clearTimeout(timer);
}
