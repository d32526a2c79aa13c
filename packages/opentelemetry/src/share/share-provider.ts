import { createNoopMeter, type MeterProvider, metrics } from "@opentelemetry/api";
import { registry, wholeProcess } from "./registry.ts";
import { type Members, membersOf, share } from "./share.ts";

/** What is recorded for each meter provider. */
type Recorded = "metrics" | "issuers";

/** Records for callers that share a provider. Both functions are called at each use, since their results change. */
export type Start<Member> = (provider: () => MeterProvider, members: () => readonly Member[]) => () => void;

const nowhere: MeterProvider = { getMeter: () => createNoopMeter() };

/**
 * Like {@link share}, for each meter provider. Callers without one have the global one, whichever it is at
 * the moment. While another caller has passed the same one, they join that recording, so that nothing counts
 * twice.
 */
export function shareProvider<Kind extends Recorded>(
  kind: Kind,
  given: MeterProvider | undefined,
  member: Members[Kind],
  start: Start<Members[Kind]>,
): () => void {
  if (given !== undefined) {
    const isGlobal = () => metrics.getMeterProvider() === given;
    const members = () => [...membersOf(kind, given), ...(isGlobal() ? membersOf(kind, wholeProcess) : [])];
    return share(kind, given, member, () => start(() => given, members));
  }
  const current = () => {
    const provider = metrics.getMeterProvider();
    return registry()[kind].has(provider) ? nowhere : provider;
  };
  return share(kind, wholeProcess, member, () => start(current, () => membersOf(kind, wholeProcess)));
}
