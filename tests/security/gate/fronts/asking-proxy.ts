import type { TestIssuer } from "@usher-auth/testing";
import type { ProxyServer } from "../../../proxies/support/proxies.ts";
import { startProxy } from "../../../proxies/support/start-proxy.ts";
import { freePort } from "../support/ports.ts";
import type { Front } from "./front.ts";
import { startGate } from "./gate.ts";

/** A proxy with its documented configuration, which asks a gate about each request. */
export async function startAskingProxy(
  proxy: ProxyServer,
  backend: number,
  issuer: TestIssuer,
): Promise<Front> {
  const gate = await startGate({
    backend: undefined,
    issuer,
    settings: { trustedProxies: ["127.0.0.1"] },
  });
  const port = await freePort();
  const started = await startProxy(proxy, { proxy: port, gate: gate.port, backend });
  return {
    port,
    log: () => gate.log() + started.output(),
    hasEnded: gate.hasEnded,
    stop: async () => {
      await started.close();
      await gate.stop();
    },
  };
}
