import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import type { AuditRequest, Send } from "./send.ts";

/** Seconds that an API may ask to wait for (429) before its answer is taken as it is. */
const longestWait = 10;
/** Requests in a row without an answer, after which nothing more is sent. */
const mostFailures = 5;
/** Milliseconds before the tokens' end that are kept for what tidies up. */
const timeToTidy = 5_000;

/** Why nothing more is sent. */
export type Halt = "budget" | "silence" | "expiry" | "refused" | "interrupted";

/** Thrown by a request that is not sent any more. */
export class TrafficHalted extends Error {
  override readonly name = "TrafficHalted";
  readonly halt: Halt;

  constructor(halt: Halt) {
    super(`no more requests: ${halt}`);
    this.halt = halt;
  }
}

/** Bounds, and the time, which tests make up. */
export interface TrafficOptions {
  /** Requests a second, at most. */
  readonly rate: number;
  /** Requests altogether, at most; what tidies up comes on top. */
  readonly maxRequests: number;
  /**
   * Milliseconds from now on for which the tokens are good: after that, a refusal would prove nothing.
   * Default: for ever.
   */
  readonly validFor?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** All that is sent to the API: one at a time, never too many. */
export interface Traffic {
  /**
   * @returns undefined where no answer came.
   * @throws {TrafficHalted} The budget is spent, nobody answers any more, a token ends, or the user has had
   *   enough.
   */
  send(request: AuditRequest, authorization: string | undefined): Promise<Answer | undefined>;
  /** As `send`, outside of the budget and after its end: for what must not be left behind. */
  tidy(request: AuditRequest, authorization: string | undefined): Promise<Answer | undefined>;
  /** How many requests have been sent. */
  count(): number;
}

export function createTraffic(connection: Send, options: TrafficOptions): Traffic {
  const { rate, maxRequests, signal, now = () => performance.now(), wait = (time) => sleep(time) } = options;
  let sent = 0;
  let nextAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const expiresAt = now() + (options.validFor ?? Number.POSITIVE_INFINITY) - timeToTidy;

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
    tidy: paced,
    count: () => sent,
  };
}
