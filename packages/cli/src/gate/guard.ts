import type { IncomingMessage } from "node:http";
import type { TokenClaims, Verifier } from "@usher-auth/verify";
import { createGuard, type Guard, type RequestDescription } from "@usher-auth/verify/guard";
import { requestIdOf } from "./server/request-id.ts";

/** What is told about a request in events: the one that is judged, which is not the message if a proxy asks. */
export type DescribeJudged = (message: IncomingMessage, judged: JudgedRequest) => void;

interface JudgedRequest {
  readonly method: string;
  /** The rule's template, such as `/api/{user_id}/tasks`. Undefined: no rule fits. */
  readonly template: string | undefined;
}

/**
 * Creates the guard of the gate. It publishes the events of `@usher-auth/verify/events`, and leaves the log to the
 * gate, which has lines for more than refusals.
 */
export function createGateGuard(verifier: Verifier): {
  readonly guard: Guard<TokenClaims, IncomingMessage>;
  readonly describeJudged: DescribeJudged;
} {
  const judgedRequests = new WeakMap<IncomingMessage, JudgedRequest>();
  const describe = (message: IncomingMessage): RequestDescription => {
    const { method, template } = judgedRequests.get(message) ?? {};
    return { method, route: template, requestId: requestIdOf(message) };
  };
  const guard = createGuard<TokenClaims, IncomingMessage>(
    { verifier, ownerParam: null, log: false },
    { adapter: "gate", describe },
  );
  return { guard, describeJudged: (message, judged) => void judgedRequests.set(message, judged) };
}
