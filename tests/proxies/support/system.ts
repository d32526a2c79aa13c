import { freePort } from "@usher-auth/e2e/free-port";
import { createTestIssuer } from "@usher-auth/testing";
import { type Backend, type Recorded, startBackend } from "./backend.ts";
import { exchange, type RawRequest, type RawResponse } from "./exchange.ts";
import { type Gate, startGate } from "./gate.ts";
import type { ProxyServer } from "./proxies.ts";
import { type StartedProxy, startProxy } from "./start-proxy.ts";

type Header = readonly [name: string, value: string];

/** A proxy, the gate that it asks, and a backend behind both. */
export interface System {
  readonly backend: Backend;
  readonly gate: Gate;
  readonly proxy: StartedProxy;
  /** A user's token, as a header. */
  token(user: string, claims?: Readonly<Record<string, unknown>>): Header;
  /** Sends a request to the proxy, and returns what came back and what arrived at the backend. */
  send(request: RawRequest): Promise<{ response: RawResponse; arrived: readonly Recorded[] }>;
  close(): Promise<void>;
}

/** Starts all three. The backend's document is not there yet: `backend.publish()`. */
export async function startSystem(server: ProxyServer): Promise<System> {
  const issuer = createTestIssuer();
  const backend = await startBackend();
  const ports = { proxy: await freePort(), gate: await freePort(), backend: backend.port };
  const gate = await startGate(ports.gate, ports.backend, issuer);
  const proxy = await startProxy(server, ports);
  return {
    backend,
    gate,
    proxy,
    token: (user, claims = {}) => ["Authorization", `Bearer ${issuer.tokenFor(user, { claims })}`],
    send: async (request) => {
      const before = backend.requests.length;
      const response = await exchange(proxy.port, request);
      return { response, arrived: backend.requests.slice(before) };
    },
    close: async () => {
      await proxy.close();
      await gate.close();
      await backend.close();
    },
  };
}

/** The values of a header at the backend. */
export function valuesAt({ rawHeaders }: Recorded, name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The code of a problem body. Undefined if there is none. */
export function codeOf({ headers, body }: RawResponse): string | undefined {
  if (headers.get("content-type")?.[0] !== "application/problem+json") return undefined;
  return JSON.parse(body).code;
}
