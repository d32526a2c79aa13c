import type { MeterProvider } from "@opentelemetry/api";
import { type LogoutDelivery, subscribe } from "@usher-auth/issuer";
import { followProvider } from "../metrics/follow-provider.ts";
import type { IssuerMember } from "../share/share.ts";
import { hostLabel } from "./host-label.ts";
import type { Issuer } from "./issuer.ts";
import { observeDeliveries } from "./observe-deliveries.ts";

type Outcome = LogoutDelivery["outcome"];

const outcomes = ["acknowledged", "failed", "given_up"] as const satisfies readonly Outcome[];

/**
 * Counts deliveries on the meter of a provider, and lets it observe what waits.
 *
 * @param members Returns those whose instances are observed now.
 */
export function startDeliveries(
  provider: () => MeterProvider,
  members: () => readonly IssuerMember[],
): () => void {
  const { current, end } = followProvider(provider, (meter) => {
    const label = hostLabel();
    const deliveries = meter.createCounter("usher.deliveries", {
      description: "Attempts to deliver a logout to a backend, and logouts that were given up",
      unit: "{delivery}",
    });
    const count = (backend: string, outcome: Outcome, number: number) =>
      deliveries.add(number, { "usher.outcome": outcome, "server.address": backend });
    // A counter that begins with 1 does not increase, as Prometheus sees it.
    const startAtZero = (backend: string) => {
      for (const outcome of outcomes) count(backend, outcome, 0);
    };
    return {
      count: ({ endpoint, outcome }: LogoutDelivery) => count(label(endpoint), outcome, 1),
      end: observeDeliveries(meter, () => issuersOf(members()), label, startAtZero),
    };
  });
  const stop = subscribe("usher:delivery", (event) => current()?.count(event));
  current();
  return () => {
    stop();
    end();
  };
}

function issuersOf(members: readonly IssuerMember[]): readonly Issuer[] {
  return [...new Set(members.map(({ issuer }) => issuer as Issuer))];
}
