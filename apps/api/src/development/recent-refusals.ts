import type { AuthError } from "@usher-auth/verify";

/** What the operator knows about a refused request and the client does not. Never contains a token. */
type RefusalReport = {
  readonly code: string;
  /** The likely cause, and what to do. */
  readonly hint: string | null;
  /** The id of a user with a valid token, who may not use this path. */
  readonly user: string | null;
};

/** The last refused requests, for a short time. */
export type RecentRefusals = {
  add(requestId: string, error: Pick<AuthError, "code" | "hint">, user: string | undefined): void;
  find(requestId: string): RefusalReport | undefined;
};

/** Milliseconds. */
const lifetime = 60_000;
const capacity = 100;

/** @param now - milliseconds; default: a clock that nobody sets */
export function createRecentRefusals(now: () => number = () => performance.now()): RecentRefusals {
  /** The oldest first. */
  const reports = new Map<string, { readonly at: number; readonly report: RefusalReport }>();
  return {
    add(requestId, { code, hint }, user) {
      reports.set(requestId, { at: now(), report: { code, hint: hint ?? null, user: user ?? null } });
      for (const oldest of reports.keys()) {
        if (reports.size <= capacity) break;
        reports.delete(oldest);
      }
    },
    find(requestId) {
      const found = reports.get(requestId);
      return found !== undefined && now() - found.at < lifetime ? found.report : undefined;
    },
  };
}
