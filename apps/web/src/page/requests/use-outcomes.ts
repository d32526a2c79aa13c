import { useCallback, useRef, useState } from "react";
import type { Exchange } from "./send-request.ts";

/** The state of one kind of request. */
export type Outcome = {
  isPending: boolean;
  /** The last response. It stays while the request is sent again. */
  exchange?: Exchange | undefined;
  error?: Error | undefined;
};

/** Sends requests, and keeps the last outcome of each kind. */
export function useOutcomes<Kind extends string>(sendKind: (kind: Kind) => Promise<Exchange>) {
  const [outcomes, setOutcomes] = useState<Partial<Record<Kind, Outcome>>>({});
  const pending = useRef(new Set<Kind>());

  const send = useCallback(
    async (kind: Kind): Promise<void> => {
      if (pending.current.has(kind)) return;
      pending.current.add(kind);
      const change = (to: (before: Outcome | undefined) => Outcome) =>
        setOutcomes((all) => ({ ...all, [kind]: to(all[kind]) }));
      change((before) => ({ isPending: true, exchange: before?.exchange }));
      try {
        const exchange = await sendKind(kind);
        change(() => ({ isPending: false, exchange }));
      } catch (error) {
        change(() => ({
          isPending: false,
          error: error instanceof Error ? error : new Error(String(error)),
        }));
      } finally {
        pending.current.delete(kind);
      }
    },
    [sendKind],
  );
  return { outcomes, send };
}
