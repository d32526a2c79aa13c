import type { Revocations } from "@usher-auth/verify";
import type { FastifyBaseLogger } from "fastify";

/** Milliseconds between two looks. */
const interval = 1_000;

/**
 * Says in the log how the revocations are doing: once now, and whenever that changes, until the returned
 * function is called. An operator who chose to accept tokens meanwhile should know from when to when that
 * was.
 */
export function watchRevocations(revocations: Revocations, log: FastifyBaseLogger): () => void {
  let last: string | undefined;
  const look = () => {
    const { state, whenStale, staleness, entries } = revocations.status();
    if (state === last) return;
    last = state;
    const facts = { revocations: state, whenStale, staleness, entries };
    if (state === "current") log.info(facts, "api revocations are current");
    else log.warn(facts, `api revocations are ${state}: ${consequence[whenStale]}`);
  };
  look();
  const timer = setInterval(look, interval);
  timer.unref();
  return () => clearInterval(timer);
}

const consequence = {
  refuse: "every token is answered 503 until the store can be reached again",
  accept: "tokens are accepted unless they are known to be revoked",
} as const;
