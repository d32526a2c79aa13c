import type { BatchObservableResult, Meter, MetricOptions, ObservableGauge } from "@opentelemetry/api";
import type { Verifier } from "@usher-auth/verify";
import { keyStatus } from "@usher-auth/verify/keys";
import { countVerifications } from "./key-verifications.ts";
import { observedSeries } from "./observed.ts";
import { revocationStatus } from "./revocation-status.ts";

const keyStates = ["fresh", "stale", "missing"] as const;
const revocationStates = ["current", "stale", "missing"] as const;

/**
 * Lets a meter observe the keys and revocations of verifiers at each collection.
 *
 * @param verifiers Returns those to observe now.
 * @returns Ends it.
 */
export function observeVerifiers(meter: Meter, verifiers: () => Verifier<unknown>[]): () => void {
  const stops = [observeKeys(meter, verifiers), observeRevocations(meter, verifiers)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Observes the present value of a gauge. */
type Observe = (result: BatchObservableResult, value: number | undefined) => void;

/**
 * A gauge that may have no value. The SDK exports the last one of a gauge that is not observed, which would
 * look like the present; not a number is what Prometheus and OTLP have for none.
 */
function optionalGauge(meter: Meter, name: string, options: MetricOptions): [ObservableGauge, Observe] {
  const gauge = meter.createObservableGauge(name, options);
  const observed = observedSeries(meter, name);
  return [
    gauge,
    (result, value) => {
      if (value === undefined && observed.size === 0) return;
      observed.add("without labels");
      result.observe(gauge, value ?? Number.NaN);
    },
  ];
}

function observeKeys(meter: Meter, verifiers: () => Verifier<unknown>[]): () => void {
  const state = meter.createObservableGauge("usher.keys.status", {
    description: "1 for the state that the keys are in, 0 for the others",
  });
  const [age, observeAge] = optionalGauge(meter, "usher.keys.age", {
    description: "Time since the keys were fetched",
    unit: "s",
  });
  const verifications = meter.createObservableCounter("usher.keys.verifications", {
    description: "Tokens that each key verified; a cached token counts once",
    unit: "{token}",
  });

  function observe(result: BatchObservableResult): void {
    const observed = verifiers();
    if (observed.length === 0) return;
    const status = keyStatus(observed);
    for (const one of keyStates) result.observe(state, one === status.state ? 1 : 0, { state: one });
    observeAge(result, status.age);
    for (const { attributes, verified } of countVerifications(meter, observed)) {
      result.observe(verifications, verified, attributes);
    }
  }

  const all = [state, age, verifications];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function observeRevocations(meter: Meter, verifiers: () => Verifier<unknown>[]): () => void {
  const state = meter.createObservableGauge("usher.revocations.status", {
    description: "1 for the state that the revocations are in, 0 for the others",
  });
  const [staleness, observeStaleness] = optionalGauge(meter, "usher.revocations.staleness", {
    description: "Time since the store last confirmed that no revocation is missing",
    unit: "s",
  });
  const entries = meter.createObservableGauge("usher.revocations.entries", {
    description: "Revocations in memory",
    unit: "{revocation}",
  });

  function observe(result: BatchObservableResult): void {
    const status = revocationStatus(verifiers());
    if (status === undefined) return;
    for (const one of revocationStates) result.observe(state, one === status.state ? 1 : 0, { state: one });
    observeStaleness(result, status.staleness);
    result.observe(entries, status.entries);
  }

  const all = [state, staleness, entries];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}
