import type { Revocations } from "@usher-auth/verify";
import type { FastifyBaseLogger } from "fastify";

/** Milliseconds between two checks. */
const interval = 1_000;

/**
 * Logs the state of the revocations, now and whenever it changes: with USHER_WHEN_STALE=accept, the log shows
 * from when to when revoked tokens may have been accepted. Returns a function that stops it.
 */
export function watchRevocations(revocations: Revocations, log: FastifyBaseLogger): () => void {
  let last: string | undefined;
  const check = () => {
    const { state, whenStale, staleness, entries } = revocations.status();
    if (state === last) return;
    last = state;
    const facts = { revocations: state, whenStale, staleness, entries };
    if (state === "current") log.info(facts, "api revocations are current");
    else log.warn(facts, `api revocations are ${state}: ${consequence[whenStale]}`);
  };
  check();
  const timer = setInterval(check, interval);
  timer.unref();
  return () => clearInterval(timer);
}

const consequence = {
  refuse: "every token is answered with 503 until the store is reachable again",
  accept: "tokens are accepted unless they are known to be revoked",
} as const;
