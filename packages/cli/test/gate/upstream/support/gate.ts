import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";
import { headersForBackend } from "../../../../src/gate/request/headers.ts";
import { createLog } from "../../../../src/gate/server/log.ts";
import { startServer } from "../../../../src/gate/server/server.ts";
import type { Outcome } from "../../../../src/gate/upstream/outcome.ts";
import {
  connectUpstream,
  type Upstream,
  type UpstreamSettings,
} from "../../../../src/gate/upstream/upstream.ts";

/** The gate's server, which sends every request to the backend without judging it. */
export interface TestGate {
  readonly port: number;
  readonly url: string;
  readonly upstream: Upstream;
  /** How requests ended, in the order in which they ended. */
  readonly outcomes: readonly Outcome[];
  /** The first outcome that is not taken yet. */
  outcome(): Promise<Outcome>;
}

/** Options of a test gate. */
export interface TestGateOptions extends Partial<Omit<UpstreamSettings, "upstream">> {
  /** Headers of every response. */
  readonly added?: Readonly<Record<string, string>>;
  /** Before a request is sent on. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

const log = createLog("silent", { write: () => {} });

/** Starts a gate before a backend. It stops when the test ends. */
export async function startGate(upstreamUrl: string, options: TestGateOptions = {}): Promise<TestGate> {
  const { added = {}, onRequest, ...settings } = options;
  const upstream = connectUpstream({
    upstream: new URL(upstreamUrl),
    timeout: 20_000,
    idleTimeout: 20_000,
    maxRequestBytes: undefined,
    cors: false,
    ...settings,
  });
  const outcomes: Outcome[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  const send = async (request: IncomingMessage, response: ServerResponse) => {
    await onRequest?.(request, response);
    const [path, query] = String(request.url).split(/(?=\?)/);
    const outcome = await upstream.send(request, response, {
      target: { path: path as string, query: query ?? "" },
      method: String(request.method),
      headers: headersForBackend(request.rawHeaders, {}),
      responseHeaders: added,
    });
    outcomes.push(outcome);
    for (const wake of waiting.splice(0)) wake();
  };
  const handlers = {
    handle: (request: IncomingMessage, response: ServerResponse) => void send(request, response),
    upgrade: () => {},
  };
  const server = await startServer(handlers, { host: "127.0.0.1", port: 0 }, log, { closeTimeout: 0 });
  onTestFinished(async () => {
    await server.close();
    await upstream.close(0);
  });
  return {
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    upstream,
    outcomes,
    async outcome() {
      const index = taken++;
      while (outcomes.length <= index) await new Promise<void>((resolve) => waiting.push(resolve));
      return outcomes[index] as Outcome;
    },
  };
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Pick<Server, "listen" | "address">): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return (server.address() as AddressInfo).port;
}
