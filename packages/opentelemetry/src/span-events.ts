import { trace } from "@opentelemetry/api";
import type { Principal } from "@usher-auth/verify";
import { subscribe } from "@usher-auth/verify/events";
import { codeLabel } from "./metrics/labels.ts";
import type { SpansMember } from "./share/share.ts";

/**
 * Adds the event `usher.reject` to the span that is active while a request is rejected: usually the server
 * span of the HTTP instrumentation. The hint is not in it, because traces are read by more people than logs.
 *
 * @param members If one of them wants it, spans get the user's id. They change.
 */
export function startSpanEvents(members: ReadonlySet<SpansMember>): () => void {
  function recordSubject(principal: Principal<unknown>): void {
    // A client that acts for itself is no user.
    if (principal.kind !== "user" || ![...members].some((member) => member.recordSubject)) return;
    trace.getActiveSpan()?.setAttribute("enduser.id", principal.id);
  }

  const stops = [
    subscribe("usher:accept", ({ principal }) => recordSubject(principal)),
    subscribe("usher:reject", ({ code, route, adapter, principal }) => {
      trace.getActiveSpan()?.addEvent("usher.reject", {
        "error.type": codeLabel(code),
        "usher.adapter": adapter,
        ...(route !== undefined && { "http.route": route }),
      });
      if (principal !== undefined) recordSubject(principal);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
