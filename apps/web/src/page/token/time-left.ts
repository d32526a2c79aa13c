import { readToken } from "./token-text.ts";

/** A token's `iat` and `exp` in milliseconds since 1970. Undefined if it has none. */
export type Lifetime = { from: number | undefined; until: number | undefined };

export function lifetimeOf(claims: Record<string, unknown>): Lifetime {
  return { from: milliseconds(claims.iat), until: milliseconds(claims.exp) };
}

/**
 * Whether a token has expired by this device's clock, or is about to. True if it has no `exp`.
 *
 * @param margin - milliseconds that it must still have
 */
export function isExpired(token: string, margin = 0, now = Date.now()): boolean {
  const { until = 0 } = lifetimeOf(readToken(token)?.claims ?? {});
  return until - now <= margin;
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value * 1000 : undefined;
}

/** "Expires in 4 min 05 s" or "Expired 12 s ago". A token is expired from the second of its `exp` on. */
export function describeTimeLeft(until: number, now: number): string {
  const left = until - now;
  return left > 0
    ? `Expires in ${duration(Math.ceil(left / 1000))}`
    : `Expired ${duration(Math.floor(-left / 1000))} ago`;
}

/** The remaining fraction of the lifetime, from 1 to 0. */
export function fractionLeft({ from, until }: Lifetime, now: number): number {
  if (from === undefined || until === undefined || until <= from) return 0;
  return Math.min(1, Math.max(0, (until - now) / (until - from)));
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
