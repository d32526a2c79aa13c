import type { RevocationsChanged } from "../events/events.ts";
import { isObserved, publish } from "../events/publish.ts";
import { explain, printable } from "../log-text.ts";
import type { Revocation } from "./store.ts";

/** Tells subscribers of `usher:revocations` what happens to one list of revocations. */
export interface RevocationReports {
  /** The list is complete and confirmed. Called at each confirmation. */
  current(): void;
  /** The list is not confirmed. May be called many times. */
  stale(reason: unknown): void;
  /** This process is about to record these. */
  revoking(batch: readonly Revocation[]): { recorded(): void; failed(): void };
  /** Collects what the store reports as new; undefined if no one subscribes. */
  receiving(): { add(revocation: Revocation): void; tell(): void } | undefined;
}

/** Characters of a reason. */
const longestReason = 200;

/**
 * Call `current` and `stale` after the change, so that a subscriber which asks for the status sees the new one.
 * Changes of state are followed whether or not anyone subscribes.
 */
export function createRevocationReports(): RevocationReports {
  let state: "never loaded" | "current" | "stale" = "never loaded";
  /**
   * What this process is recording. A store may report it before its `append` resolves, and it is not another
   * process's then. If `append` fails after all, the values are what was held back.
   */
  const underWay = new Map<string, Revocation | undefined>();

  return {
    current() {
      if (state === "current") return;
      const change = state === "stale" ? "recovered" : "loaded";
      state = "current";
      tell({ change });
    },
    stale(reason) {
      if (state !== "current") return;
      state = "stale";
      tell({
        change: "stale",
        ...(reason !== undefined && { reason: printable(explain(reason), longestReason) }),
      });
    },
    revoking(batch) {
      // Without a subscriber too: one may subscribe before this ends.
      const names = batch.map(nameOf);
      for (const name of names) underWay.set(name, undefined);
      const end = () => names.flatMap((name) => takeFrom(underWay, name) ?? []);
      return {
        recorded() {
          end();
          if (batch.length > 0) tell({ change: "revoked", revocations: batch });
        },
        failed() {
          const heldBack = end();
          if (heldBack.length > 0) tell({ change: "received", revocations: Object.freeze(heldBack) });
        },
      };
    },
    receiving() {
      if (!isObserved("usher:revocations")) return undefined;
      const received: Revocation[] = [];
      return {
        add(revocation) {
          const name = nameOf(revocation);
          if (underWay.has(name)) underWay.set(name, revocation);
          else received.push(revocation);
        },
        tell() {
          if (received.length > 0) tell({ change: "received", revocations: Object.freeze(received) });
        },
      };
    },
  };
}

function tell(event: RevocationsChanged): void {
  if (isObserved("usher:revocations")) publish("usher:revocations", event);
}

function nameOf({ kind, id, before }: Revocation): string {
  return `${kind} ${before} ${id}`;
}

function takeFrom<Value>(map: Map<string, Value>, name: string): Value | undefined {
  const value = map.get(name);
  map.delete(name);
  return value;
}
