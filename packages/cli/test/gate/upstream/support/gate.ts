import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Outcome } from "../../../../src/gate/upstream/outcome.ts";
import {
  connectUpstream,
  type Upstream,
  type UpstreamSettings,
} from "../../../../src/gate/upstream/upstream.ts";

/** A server that sends every request to the backend, without judging it. */
export interface TestGate {
  readonly port: number;
  readonly url: string;
  readonly upstream: Upstream;
  readonly server: Server;
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

/** Names that the gate takes out of a request before it is sent on. */
const removed = new Set(["host", "connection", "keep-alive", "transfer-encoding", "upgrade", "expect", "te"]);

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
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    await onRequest?.(request, response);
    const [path, query] = String(request.url).split(/(?=\?)/);
    const outcome = await upstream.send(request, response, {
      target: { path: path as string, query: query ?? "" },
      method: String(request.method),
      headers: headersOf(request),
      responseHeaders: added,
    });
    outcomes.push(outcome);
    for (const wake of waiting.splice(0)) wake();
  };
  const server = createServer({ requestTimeout: 0 }, listener).on("checkContinue", listener);
  const port = await listen(server);
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await upstream.close(0);
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    upstream,
    server,
    outcomes,
    async outcome() {
      const index = taken++;
      while (outcomes.length <= index) await new Promise<void>((resolve) => waiting.push(resolve));
      return outcomes[index] as Outcome;
    },
  };
}

function headersOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => !removed.has(String(rawHeaders[index - (index % 2)]).toLowerCase()));
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Pick<Server, "listen" | "address">): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return (server.address() as AddressInfo).port;
}
