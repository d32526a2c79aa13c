import { registry } from "./registry.ts";

/** What each kind knows about a caller. */
export interface Members {
  readonly metrics: MetricsMember;
  readonly spans: SpansMember;
  readonly issuers: IssuerMember;
}

/** A caller of `instrumentUsher`, as the metrics know it. */
export interface MetricsMember {
  readonly verifiers: readonly unknown[];
}

/** A caller of `instrumentUsher`, as the span events know it. */
export interface SpansMember {
  readonly recordSubject: boolean;
}

/** A caller of `instrumentIssuer`. */
export interface IssuerMember {
  readonly issuer: object;
}

/**
 * Joins what already runs for the key, or starts it. It stops when the last member has left. So several
 * callers, and several copies of the package, do not count an event twice.
 *
 * @param start Gets the members, which change later.
 * @returns Leaves, once.
 */
export function share<Kind extends keyof Members>(
  kind: Kind,
  key: object,
  member: Members[Kind],
  start: (members: ReadonlySet<Members[Kind]>) => () => void,
): () => void {
  const all = registry()[kind];
  let running = all.get(key);
  if (running === undefined) {
    const members = new Set<Members[Kind]>();
    running = { members, stop: start(members) };
    all.set(key, running);
  }
  const { members, stop } = running;
  members.add(member);
  return () => {
    if (!members.delete(member) || members.size > 0) return;
    all.delete(key);
    stop();
  };
}

/** The members of what runs for the key. */
export function membersOf<Kind extends keyof Members>(kind: Kind, key: object): readonly Members[Kind][] {
  return [...(registry()[kind].get(key)?.members ?? [])] as Members[Kind][];
}
