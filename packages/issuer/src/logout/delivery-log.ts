import type { Log } from "../log.ts";
import type { Clock } from "./clock.ts";

/** Milliseconds until a reason is logged again. */
const repeatAfter = 300_000;

/** Lines in that time. A backend may answer with any status, and fail and recover all the time. */
const maxLines = 10;

/** A few lines on an endpoint that fails and recovers, without any user, session or token. */
export interface DeliveryLog {
  /**
   * @param attempts - of this delivery
   * @param pause - milliseconds until the next attempt
   */
  failed(reason: string, attempts: number, pause: number): void;
  accepted(): void;
}

/**
 * Logs each reason for which an endpoint fails at once, and again after five minutes if it still does: an
 * attempt can fail every few seconds for hours. What fails after a recovery is news, or the log would end
 * with the recovery.
 */
export function createDeliveryLog(backend: string, log: Log, clock: Clock): DeliveryLog {
  const loggedAt = new Map<string, number>();
  let recoveries = 0;
  let isLogged = false;

  function isNews(reason: string): boolean {
    const now = clock.now();
    const line = `${recoveries} ${reason}`;
    // The clock may be set back.
    for (const [logged, at] of loggedAt) if (Math.abs(now - at) >= repeatAfter) loggedAt.delete(logged);
    if (loggedAt.has(line) || loggedAt.size >= maxLines) return false;
    loggedAt.set(line, now);
    return true;
  }

  return {
    failed(reason, attempts, pause) {
      if (!isNews(reason)) return;
      isLogged = true;
      const next = Number((pause / 1000).toFixed(1));
      log.warn(
        `usherJwt: ${backend} did not accept a logout token (${reason}). ` +
          `Attempts so far: ${attempts}; next in ${next} s`,
      );
    },
    accepted() {
      if (!isLogged) return;
      log.info(`usherJwt: ${backend} accepts logout tokens again`);
      isLogged = false;
      recoveries += 1;
    },
  };
}
