import type { Principal } from "../claims/principal.ts";
import type { AuthError, AuthErrorCode } from "../errors.ts";
import { channels } from "../events/channels.ts";
import type { RequestRejected } from "../events/events.ts";
import { isObserved, publish } from "../events/publish.ts";
import { printable } from "../log-text.ts";
import { safeListener } from "../user-code/listener.ts";
import type { GuardHost } from "./guard-host.ts";
import type { GuardOptions, OwnerExceptionEvent } from "./guard-options.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { factsOf } from "./request-facts.ts";

/** Looked up once: this one is checked for each accepted request. */
const acceptances = channels["usher:accept"];

/** Characters. The hint of an application's policy, and the code of another version, may be any text. */
const [longestHint, longestCode] = [500, 60];

/**
 * Tells what a guard decided: to the log, the subscribers of events, and the application's listeners, which are
 * last because they may change the error, the exceptions and the request.
 */
export interface Reports<Claims, Source> {
  accepted(principal: Principal<Claims>, request: Source): void;
  /**
   * @param status Of the response.
   * @param user Default: the one of `refusedTo`.
   */
  rejected(error: AuthError, request: Source, status: number, user?: Principal<Claims>): void;
  /** This error is about a valid token: `rejected` tells its principal. */
  refusedTo(principal: Principal<Claims>, request: Source, error: unknown): void;
  /** @param call See `Guard.authorize`. */
  excepted(event: OwnerExceptionEvent<Claims, Source>, call?: object): void;
}

export function createReports<Claims, Source>(
  { onAccept, onReject, onOwnerException, log }: GuardOptions<Claims, Source>,
  host: GuardHost<Source>,
): Reports<Claims, Source> {
  const notifyAccepted = onAccept && safeListener(onAccept, "onAccept");
  const notifyRejected = onReject && safeListener(onReject, "onReject");
  const notifyExcepted = onOwnerException && safeListener(onOwnerException, "onOwnerException");
  const logRefusal = createRefusalLog(log);
  /** By request. The error of a policy may be one object for all users. */
  const refused = new WeakMap<object, { readonly error: unknown; readonly principal: Principal<Claims> }>();

  const reportException = once((event: OwnerExceptionEvent<Claims, Source>) => {
    if (isObserved("usher:owner-exception")) {
      const { principal, exceptions, request } = event;
      publish("usher:owner-exception", {
        ...factsOf(host, request),
        principal,
        exceptions: Object.freeze([...exceptions]),
      });
    }
    notifyExcepted?.(event);
  });

  return {
    accepted(principal, request) {
      if (acceptances.hasSubscribers) publish("usher:accept", { ...factsOf(host, request), principal });
      notifyAccepted?.({ principal, request });
    },
    rejected(error, request, status, user) {
      const { code, hint } = error;
      const known = isObject(request) ? refused.get(request) : undefined;
      const principal = user ?? (known?.error === error ? known.principal : undefined);
      let event: RequestRejected | undefined;
      const described = (): RequestRejected => {
        event ??= {
          ...factsOf(host, request),
          code: (typeof code === "string" ? printable(code, longestCode) : "unknown") as AuthErrorCode,
          status,
          ...(typeof hint === "string" && { hint: printable(hint, longestHint) }),
          ...(principal && { principal }),
        };
        return event;
      };
      logRefusal(described, { code, status }, () => host.logger?.(request));
      if (isObserved("usher:reject")) publish("usher:reject", described());
      notifyRejected?.({ error, request, ...(principal && { principal }) });
    },
    refusedTo(principal, request, error) {
      if (isObject(request)) refused.set(request, { error, principal });
    },
    excepted(event, call) {
      if (notifyExcepted !== undefined || isObserved("usher:owner-exception")) reportException(event, call);
    },
  };
}

/**
 * Reports each exception of a call once, although an adapter may check the owner several times. A call may
 * have several: a batch, or a parameter that a schema changes.
 */
function once<Claims, Source>(
  notify: (event: OwnerExceptionEvent<Claims, Source>) => void,
): (event: OwnerExceptionEvent<Claims, Source>, call?: object) => void {
  const reported = new WeakMap<object, Set<string>>();
  return (event, call) => {
    const { principal, request } = event;
    const one: unknown = call ?? request;
    if (!isObject(one)) return notify(event);
    const known = reported.get(one) ?? new Set();
    reported.set(one, known);
    const exceptions = event.exceptions.filter((exception) => {
      const key = JSON.stringify([principal.id, exception]);
      return !known.has(key) && known.add(key);
    });
    if (exceptions.length > 0) notify({ ...event, exceptions });
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
