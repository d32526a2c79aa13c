import type { Revocation, RevocationListener, RevocationStore } from "@usher-auth/verify/revocation";
import { vi } from "vitest";

/** A listener that records its events, in order. */
export type TestListener = RevocationListener & {
  readonly events: ("confirmed" | "failed" | string)[];
  readonly received: Revocation[];
  /** Waits for the next event of this kind: an id, `confirmed`, or `failed`. */
  next(event: string): Promise<void>;
};

export function testListener(): TestListener {
  const events: string[] = [];
  const received: Revocation[] = [];
  return {
    events,
    received,
    revoked: (batch) => {
      received.push(...batch);
      events.push(...batch.map(({ id }) => id));
    },
    confirmed: () => {
      events.push("confirmed");
    },
    failed: () => {
      events.push("failed");
    },
    next: (event) => {
      const seen = events.length;
      return vi.waitFor(
        () => {
          if (!events.slice(seen).includes(event))
            throw new Error(`${event} did not come: ${events.slice(seen)}`);
        },
        { timeout: 20_000, interval: 20 },
      );
    },
  };
}

export const session = (id: string, before = Math.floor(Date.now() / 1000)): Revocation => ({
  kind: "session",
  id,
  before,
});

export async function allOf(store: RevocationStore): Promise<Revocation[]> {
  const all: Revocation[] = [];
  for await (const batch of store.load()) all.push(...batch);
  return all;
}
