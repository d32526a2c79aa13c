import type { Attributes, Meter } from "@opentelemetry/api";
import type { Verifier } from "@usher-auth/verify";
import { keyUsage } from "@usher-auth/verify/keys";

type Verifiers = readonly Verifier<unknown>[];

/** Verifications with each key, by its labels. */
interface Usage {
  readonly attributes: Attributes;
  readonly verified: number;
}

/** How many verifications a counter has, and what it has seen of them. */
interface Counted {
  readonly totals: Map<string, Usage>;
  readonly seen: WeakSet<Verifier<unknown>>;
  /** Those of the last count, and what they had then. */
  verifiers: Verifiers;
  usage: ReadonlyMap<string, Usage>;
}

const ofMeters = new WeakMap<Meter, Counted>();

/**
 * The verifications with each key that a meter has counted. A counter must not decrease, or Prometheus takes
 * what is left for an increase: so what a verifier has verified stays when it is no longer observed. That is
 * kept for each meter, because the recording may end and begin again.
 */
export function countVerifications(meter: Meter, verifiers: Verifiers): Iterable<Usage> {
  const counted = ofMeters.get(meter) ?? {
    totals: new Map(),
    seen: new WeakSet(),
    verifiers: [],
    usage: new Map(),
  };
  ofMeters.set(meter, counted);
  // What one had verified before it came back is counted already.
  const fresh = verifiers.filter((verifier) => !counted.seen.has(verifier));
  // Together, because verifiers may share keys.
  const since = usageByKey([...new Set([...counted.verifiers, ...fresh])]);
  for (const [name, { attributes, verified }] of since) {
    const more = Math.max(0, verified - (counted.usage.get(name)?.verified ?? 0));
    counted.totals.set(name, { attributes, verified: (counted.totals.get(name)?.verified ?? 0) + more });
  }
  for (const verifier of fresh) counted.seen.add(verifier);
  counted.verifiers = verifiers;
  counted.usage = usageByKey(verifiers);
  return counted.totals.values();
}

/** Keys that have the same labels, such as several secrets without versions, have one sum. */
function usageByKey(verifiers: Verifiers): ReadonlyMap<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const { algorithm, version, kid, verified } of keyUsage(verifiers)) {
    const attributes = {
      "usher.key.algorithm": algorithm,
      ...(version !== undefined && { "usher.key.version": version }),
      ...(typeof kid === "string" && { "usher.key.id": kid.slice(0, longestId) }),
    };
    const name = JSON.stringify(attributes);
    sums.set(name, { attributes, verified: verified + (sums.get(name)?.verified ?? 0) });
  }
  return sums;
}

/** Characters of a key's id: an issuer chooses it. */
const longestId = 100;
