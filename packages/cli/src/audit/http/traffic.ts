import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import type { AuditRequest, Send } from "./send.ts";

/** Seconds. A 429 whose `Retry-After` is longer is not retried. */
const longestWait = 10;
/** The audit stops after this many requests in a row without an answer. */
const mostFailures = 5;
/** Milliseconds before the tokens expire that are kept for deleting what was created. */
const cleanUpTime = 5_000;

/** Why the audit sends no more requests. */
export type Halt = "budget" | "silence" | "expiry" | "refused" | "interrupted";

/** Thrown instead of sending a request once the audit has stopped. */
export class TrafficHalted extends Error {
  override readonly name = "TrafficHalted";
  readonly halt: Halt;

  constructor(halt: Halt) {
    super(`no more requests: ${halt}`);
    this.halt = halt;
  }
}

/** Limits, and a clock that tests can replace. */
export interface TrafficOptions {
  /** The most requests a second. */
  readonly rate: number;
  /** The most requests in total. Requests that delete what was created come on top. */
  readonly maxRequests: number;
  /**
   * Milliseconds until the first token expires: after that a refusal proves nothing. Default: no limit.
   */
  readonly validFor?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** Sends requests to the API one at a time, within the limits. */
export interface Traffic {
  /**
   * @returns undefined if no answer came.
   * @throws {TrafficHalted} The request limit is reached, the API stopped answering, a token expires or the
   *   audit was interrupted.
   */
  send(request: AuditRequest, authorization: string | undefined): Promise<Answer | undefined>;
  /** Like `send`, but works after the audit has stopped: deletes what the audit created. */
  sendCleanUp(request: AuditRequest, authorization: string | undefined): Promise<Answer | undefined>;
  /** The number of requests sent. */
  count(): number;
}

/** Puts limits on a connection. */
export function createTraffic(connection: Send, options: TrafficOptions): Traffic {
  const { rate, maxRequests, signal, now = () => performance.now(), wait = (time) => sleep(time) } = options;
  let sent = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const expiresAt = now() + (options.validFor ?? Number.POSITIVE_INFINITY) - cleanUpTime;

  async function paced(
    request: AuditRequest,
    authorization: string | undefined,
  ): Promise<Answer | undefined> {
    const delay = nextAt - now();
    if (delay > 0) await wait(delay);
    nextAt = now() + 1000 / rate;
    sent++;
    const answer = await connection(request, authorization);
    failures = answer === undefined ? failures + 1 : 0;
    return answer;
  }

  function halt(): Halt | undefined {
    if (signal?.aborted) return "interrupted";
    if (failures >= mostFailures) return "silence";
    if (now() >= expiresAt) return "expiry";
    return sent >= maxRequests ? "budget" : undefined;
  }

  return {
    async send(request, authorization) {
      const reason = halt();
      if (reason !== undefined) throw new TrafficHalted(reason);
      const answer = await paced(request, authorization);
      if (answer?.status !== 429 || halt() !== undefined) return answer;
      const seconds = answer.retryAfter ?? 1;
      if (seconds > longestWait) return answer;
      await wait(seconds * 1000);
      return paced(request, authorization);
    },
    sendCleanUp: paced,
    count: () => sent,
  };
}
