import type { Revocations, Verifier } from "@usher-auth/verify";
import type { RevocationStatus } from "@usher-auth/verify/revocation";

const worstFirst = ["missing", "stale", "current"] as const;

/** The state of several revocations together. */
interface Together {
  readonly state: RevocationStatus["state"];
  /** Seconds, of those that were confirmed the longest ago. */
  readonly staleness: number | undefined;
  readonly entries: number;
}

/**
 * The worst state of the verifiers' revocations, and the sum of their entries. Undefined if no verifier has
 * any. An application's own may have no status: they do not count.
 */
export function revocationStatus(verifiers: readonly Verifier<unknown>[]): Together | undefined {
  const all = new Set(verifiers.flatMap(({ revocations }) => revocations ?? []));
  const statuses = [...all].flatMap((revocations) => statusOf(revocations) ?? []);
  const state = worstFirst.find((one) => statuses.some((status) => status.state === one));
  if (state === undefined) return undefined;
  const ages = statuses.flatMap(({ staleness }) => staleness ?? []);
  return {
    state,
    staleness: ages.length === 0 ? undefined : Math.max(...ages),
    entries: statuses.reduce((sum, { entries }) => sum + entries, 0),
  };
}

/** Undefined if it is no status. */
function statusOf(revocations: Revocations): RevocationStatus | undefined {
  try {
    const status: RevocationStatus = revocations.status();
    const { state, entries, staleness = 0 } = status;
    const isStatus = worstFirst.includes(state) && Number.isFinite(entries) && Number.isFinite(staleness);
    return isStatus ? status : undefined;
  } catch {
    return undefined;
  }
}
