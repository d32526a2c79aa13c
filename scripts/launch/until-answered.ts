import { setTimeout as pause } from "node:timers/promises";

/** Milliseconds. */
const interval = 100;

/** Requests the address until it answers 2xx, and then calls `onAnswer`. Never, once the signal is aborted. */
export function untilAnswered(url: string, signal: AbortSignal, onAnswer: () => void): void {
  const request = async (): Promise<void> => {
    while (!(await fetch(url, { signal })).ok) await pause(interval, undefined, { signal });
    onAnswer();
  };
  const attempt = (): void => {
    request().catch(() => {
      if (!signal.aborted) setTimeout(attempt, interval);
    });
  };
  attempt();
}
