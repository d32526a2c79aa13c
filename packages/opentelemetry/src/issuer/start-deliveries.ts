import type { MeterProvider } from "@opentelemetry/api";
import { subscribe } from "@usher-auth/issuer";
import { followProvider } from "../metrics/follow-provider.ts";
import type { IssuerMember } from "../share/share.ts";
import { hostLabel } from "./host-label.ts";
import type { Issuer } from "./issuer.ts";
import { observeDeliveries } from "./observe-deliveries.ts";

/**
 * Counts deliveries on the meter of a provider, and lets it observe what waits.
 *
 * @param members Those whose instances are observed. They change.
 */
export function startDeliveries(
  provider: () => MeterProvider,
  members: ReadonlySet<IssuerMember>,
): () => void {
  const { current, end } = followProvider(provider, (meter) => {
    const label = hostLabel();
    const deliveries = meter.createCounter("usher.deliveries", {
      description: "Attempts to deliver a logout to a backend, and logouts that were given up",
      unit: "{delivery}",
    });
    return { deliveries, label, end: observeDeliveries(meter, () => issuersOf(members), label) };
  });
  const stop = subscribe("usher:delivery", ({ endpoint, outcome }) => {
    const { deliveries, label } = current() ?? {};
    deliveries?.add(1, { "usher.outcome": outcome, "server.address": label?.(endpoint) });
  });
  current();
  return () => {
    stop();
    end();
  };
}

function issuersOf(members: ReadonlySet<IssuerMember>): readonly Issuer[] {
  return [...new Set([...members].map(({ issuer }) => issuer as Issuer))];
}
