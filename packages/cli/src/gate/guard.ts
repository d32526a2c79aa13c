import type { IncomingMessage } from "node:http";
import type { TokenClaims, Verifier } from "@usher-auth/verify";
import { createGuard, type Guard, type RequestDescription } from "@usher-auth/verify/guard";
import { requestIdOf } from "./server/request-id.ts";

/** What events say about a request: the one that is judged, which is not the message if a proxy asks. */
export type DescribeJudged = (message: IncomingMessage, judged: JudgedRequest) => void;

interface JudgedRequest {
  readonly method: string;
  /** The rule's template, such as `/api/{user_id}/tasks`. Undefined: no rule fits. */
  readonly template: string | undefined;
}

/** Where a request keeps what was judged. Cheaper than a map, and every request has it. */
const judgedRequest: unique symbol = Symbol("judged request");

type JudgedMessage = IncomingMessage & { [judgedRequest]?: JudgedRequest };

/**
 * Creates the guard of the gate. It publishes the events of `@usher-auth/verify/events`, and leaves the log
 * to the gate, which has lines for more than refusals.
 */
export function createGateGuard(verifier: Verifier): {
  readonly guard: Guard<TokenClaims, IncomingMessage>;
  readonly describeJudged: DescribeJudged;
} {
  const describe = (message: JudgedMessage): RequestDescription => {
    const { method, template } = message[judgedRequest] ?? {};
    return { method, route: template, requestId: requestIdOf(message) };
  };
  const guard = createGuard<TokenClaims, IncomingMessage>(
    { verifier, ownerParam: null, log: false },
    { adapter: "gate", describe },
  );
  const describeJudged = (message: JudgedMessage, judged: JudgedRequest) => {
    message[judgedRequest] = judged;
  };
  return { guard, describeJudged };
}
