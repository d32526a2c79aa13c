import type { Meter, MeterProvider } from "@opentelemetry/api";
import type { Verifier } from "@usher-auth/verify";
import { subscribe, type UsherEvents } from "@usher-auth/verify/events";
import type { MetricsMember } from "../share/share.ts";
import { warnOfMetrics } from "../warning.ts";
import { countEvents, type EventCounters } from "./count-events.ts";
import { observeVerifiers } from "./observe-verifiers.ts";

/** The name of the meter: the scope of all metrics. */
const scope = "@usher-auth/opentelemetry";

/** The metrics on one meter. */
interface Recording {
  readonly counters: EventCounters;
  /** Removes the callbacks. */
  readonly end: () => void;
}

/**
 * Counts events on the meter of a provider, and lets it observe verifiers. The provider is asked for at each event:
 * the global one may be set after the application has started.
 *
 * @param members Those whose verifiers are observed. They change.
 */
export function startMetrics(provider: () => MeterProvider, members: ReadonlySet<MetricsMember>): () => void {
  let used: MeterProvider | undefined;
  let recording: Recording | undefined;

  function current(): Recording | undefined {
    const now = provider();
    if (now === used) return recording;
    recording?.end();
    used = now;
    recording = record(now, () => verifiersOf(members));
    return recording;
  }

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
    recording?.end();
  };
}

/** Undefined if the provider fails: an application starts without its metrics. */
function record(provider: MeterProvider, verifiers: () => Verifier<unknown>[]): Recording | undefined {
  try {
    const meter: Meter = provider.getMeter(scope);
    const counters = countEvents(meter);
    const stop = observeVerifiers(meter, verifiers);
    return { counters, end: () => quietly(stop) };
  } catch (error) {
    warnOfMetrics("the meter provider failed, and nothing is recorded", error);
    return undefined;
  }
}

function verifiersOf(members: ReadonlySet<MetricsMember>): Verifier<unknown>[] {
  return [...new Set([...members].flatMap(({ verifiers }) => verifiers as readonly Verifier<unknown>[]))];
}

function quietly(stop: () => void): void {
  try {
    stop();
  } catch (error) {
    warnOfMetrics("the meter does not remove its callbacks", error);
  }
}
