import type { Attributes, BatchObservableResult, Meter, ObservableGauge } from "@opentelemetry/api";
import type { Verifier } from "@usher-auth/verify";
import { keyStatus, keyUsage } from "@usher-auth/verify/keys";
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

/**
 * A gauge that may have no value. The SDK exports the last one of a gauge that is not observed, which would
 * look like the present; not a number is what Prometheus and OTLP have for none.
 */
function observeOptional(result: BatchObservableResult, gauge: OptionalGauge, value: unknown): void {
  if (typeof value === "number") {
    gauge.hadValue = true;
    result.observe(gauge.instrument, value);
  } else if (gauge.hadValue) {
    result.observe(gauge.instrument, Number.NaN);
  }
}

interface OptionalGauge {
  readonly instrument: ObservableGauge;
  hadValue: boolean;
}

function observeKeys(meter: Meter, verifiers: () => Verifier<unknown>[]): () => void {
  const state = meter.createObservableGauge("usher.keys.status", {
    description: "1 for the state that the keys are in, 0 for the others",
  });
  const age: OptionalGauge = {
    instrument: meter.createObservableGauge("usher.keys.age", {
      description: "Time since the keys were fetched",
      unit: "s",
    }),
    hadValue: false,
  };
  const verifications = meter.createObservableCounter("usher.keys.verifications", {
    description: "Tokens that each key verified; a cached token counts once",
    unit: "{token}",
  });

  function observe(result: BatchObservableResult): void {
    const observed = verifiers();
    if (observed.length === 0) return;
    const status = keyStatus(observed);
    for (const one of keyStates) result.observe(state, one === status.state ? 1 : 0, { state: one });
    observeOptional(result, age, status.age);
    for (const { attributes, verified } of usageByKey(observed)) {
      result.observe(verifications, verified, attributes);
    }
  }

  const all = [state, age.instrument, verifications];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function observeRevocations(meter: Meter, verifiers: () => Verifier<unknown>[]): () => void {
  const state = meter.createObservableGauge("usher.revocations.status", {
    description: "1 for the state that the revocations are in, 0 for the others",
  });
  const staleness: OptionalGauge = {
    instrument: meter.createObservableGauge("usher.revocations.staleness", {
      description: "Time since the store last confirmed that no revocation is missing",
      unit: "s",
    }),
    hadValue: false,
  };
  const entries = meter.createObservableGauge("usher.revocations.entries", {
    description: "Revocations in memory",
    unit: "{revocation}",
  });

  function observe(result: BatchObservableResult): void {
    const status = revocationStatus(verifiers());
    if (status === undefined) return;
    for (const one of revocationStates) result.observe(state, one === status.state ? 1 : 0, { state: one });
    observeOptional(result, staleness, status.staleness);
    result.observe(entries, status.entries);
  }

  const all = [state, staleness.instrument, entries];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

/** Keys that have the same labels, such as several secrets without versions, have one sum. */
function usageByKey(
  verifiers: readonly Verifier<unknown>[],
): Iterable<{ attributes: Attributes; verified: number }> {
  const sums = new Map<string, { attributes: Attributes; verified: number }>();
  for (const { algorithm, version, kid, verified } of keyUsage(verifiers)) {
    const attributes = {
      "usher.key.algorithm": algorithm,
      ...(version !== undefined && { "usher.key.version": version }),
      ...(typeof kid === "string" && { "usher.key.id": kid.slice(0, longestId) }),
    };
    const name = JSON.stringify(attributes);
    const sum = sums.get(name) ?? { attributes, verified: 0 };
    sum.verified += verified;
    sums.set(name, sum);
  }
  return sums.values();
}

/** Characters of a key's id: an issuer chooses it. */
const longestId = 100;
