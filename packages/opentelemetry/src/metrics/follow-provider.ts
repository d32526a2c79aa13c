import type { Meter, MeterProvider } from "@opentelemetry/api";
import { warnOfMetrics } from "../warning.ts";

/** The name of the meter: the scope of all metrics. */
const scope = "@usher-auth/opentelemetry";

/** The instruments on one meter. */
export interface Recording {
  /** Removes the callbacks. */
  readonly end: () => void;
}

/**
 * Creates instruments on the meter of a provider. The provider is asked for at each use: the global one may
 * be set after the application has started.
 *
 * @returns `current` is undefined if the provider fails: an application works without its metrics
 */
export function followProvider<Instruments extends Recording>(
  provider: () => MeterProvider,
  record: (meter: Meter) => Instruments,
): { readonly current: () => Instruments | undefined; readonly end: () => void } {
  let used: MeterProvider | undefined;
  let recording: Instruments | undefined;

  function end(): void {
    try {
      recording?.end();
    } catch (error) {
      warnOfMetrics("the meter does not remove its callbacks", error);
    }
  }

  function current(): Instruments | undefined {
    const now = provider();
    if (now === used) return recording;
    end();
    used = now;
    recording = undefined;
    try {
      recording = record(now.getMeter(scope));
    } catch (error) {
      warnOfMetrics("the meter provider failed, and nothing is recorded", error);
    }
    return recording;
  }

  return { current, end };
}
