import type { MeterProvider } from "@opentelemetry/api";
import type { Verifier } from "@usher-auth/verify";
import { subscribe, type UsherEvents } from "@usher-auth/verify/events";
import type { MetricsMember } from "../share/share.ts";
import { countEvents } from "./count-events.ts";
import { followProvider } from "./follow-provider.ts";
import { observeVerifiers } from "./observe-verifiers.ts";

/**
 * Counts events on the meter of a provider, and lets it observe verifiers.
 *
 * @param members Returns those whose verifiers are observed now.
 */
export function startMetrics(
  provider: () => MeterProvider,
  members: () => readonly MetricsMember[],
): () => void {
  const { current, end } = followProvider(provider, (meter) => ({
    counters: countEvents(meter),
    end: observeVerifiers(meter, () => verifiersOf(members())),
  }));

  function count<Name extends keyof UsherEvents>(name: Name): () => void {
    return subscribe(name, (event) => current()?.counters[name](event));
  }

  const stops = [
    count("usher:verify"),
    count("usher:accept"),
    count("usher:reject"),
    count("usher:owner-exception"),
    count("usher:keys"),
    count("usher:revocations"),
    count("usher:logout"),
  ];
  current();
  return () => {
    for (const stop of stops) stop();
    end();
  };
}

function verifiersOf(members: readonly MetricsMember[]): Verifier<unknown>[] {
  return [...new Set(members.flatMap(({ verifiers }) => verifiers as readonly Verifier<unknown>[]))];
}
