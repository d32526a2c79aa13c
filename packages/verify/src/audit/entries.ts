import type { Principal } from "../claims/principal.ts";
import type {
  KeyFacts,
  KeysChanged,
  LogoutReceived,
  OwnerExceptionUsed,
  RequestAccepted,
  RequestFacts,
  RequestRejected,
  RevocationsChanged,
} from "../events/events.ts";
import { printable } from "../log-text.ts";
import type { Revocation } from "../revocation/store.ts";
import type { AuditEvent, AuditedRevocation } from "./audit-event.ts";

// The entries of each event, without their time. What is not listed here does not get into an audit log:
// events have the framework's request, with its token, and all claims.

/** An entry before it gets its time. */
export type Entry = Omit<AuditEvent, "time">;

export function refusedRequest(event: RequestRejected): Entry[] {
  const { code, hint, principal } = event;
  return [
    {
      event: "request.refused",
      outcome: "failure",
      code: text(code),
      ...textOf("hint", hint),
      ...(principal && userOf(principal)),
      ...requestOf(event),
    },
  ];
}

export function exceptionUsed(event: OwnerExceptionUsed): Entry[] {
  const exceptions = event.exceptions.map(({ param, value, policies }) =>
    Object.freeze({ param: text(param), value: text(value), policies: Object.freeze(policies.map(text)) }),
  );
  return [
    {
      event: "request.exception",
      outcome: "success",
      ...userOf(event.principal),
      ...requestOf(event),
      exceptions: Object.freeze(exceptions),
    },
  ];
}

/** Only requests of someone who acts as the user: an entry for each request would be an access log. */
export function impersonatedRequest(event: RequestAccepted): Entry[] {
  const { principal } = event;
  if (principal.actorId === undefined) return [];
  return [{ event: "request.impersonated", outcome: "success", ...userOf(principal), ...requestOf(event) }];
}

export function revocationsMade({ change, revocations = [] }: RevocationsChanged): Entry[] {
  if (change !== "revoked" && change !== "received") return [];
  const origin = change === "revoked" ? "here" : "elsewhere";
  return revocations.map((revocation) => ({
    event: "revocation.made",
    outcome: "success",
    ...(revocation.kind === "user" && { subject: text(revocation.id) }),
    ...(revocation.kind === "session" && { sessionId: text(revocation.id) }),
    revocation: revocationOf(revocation, origin),
  }));
}

export function keysChanged({ source, change, added, removed, reason }: KeysChanged): Entry[] {
  const keys = {
    source: text(source),
    change,
    ...(added && { added: keysOf(added) }),
    ...(removed && { removed: keysOf(removed) }),
    ...textOf("reason", reason),
  };
  return [
    {
      event: "keys.changed",
      outcome: change === "failed" ? "failure" : "success",
      keys: Object.freeze(keys),
    },
  ];
}

export function logoutReceived({ code, hint, subject, sessionId }: LogoutReceived): Entry[] {
  return [
    {
      event: "logout.received",
      outcome: code === undefined ? "success" : "failure",
      ...textOf("code", code),
      ...textOf("hint", hint),
      ...textOf("subject", subject),
      ...textOf("sessionId", sessionId),
    },
  ];
}

function userOf({ id, actorId, clientId, sessionId }: Principal<unknown>): Partial<Entry> {
  return {
    subject: text(id),
    ...textOf("actor", actorId),
    ...textOf("clientId", clientId),
    ...textOf("sessionId", sessionId),
  };
}

function requestOf({ adapter, method, route, path, requestId }: RequestFacts): Partial<Entry> {
  return {
    adapter: text(adapter),
    ...textOf("method", method),
    ...textOf("route", route),
    ...textOf("path", path),
    ...textOf("requestId", requestId),
  };
}

function revocationOf(
  { kind, id, before, by }: Revocation,
  origin: AuditedRevocation["origin"],
): AuditedRevocation {
  return Object.freeze({ kind, id: text(id), before, ...textOf("by", by), origin });
}

function keysOf(keys: readonly KeyFacts[]): readonly KeyFacts[] {
  return Object.freeze(
    keys.map(({ algorithm, kid, version }) =>
      Object.freeze({
        algorithm: text(algorithm),
        ...textOf("kid", kid),
        ...(version !== undefined && { version }),
      }),
    ),
  );
}

function textOf<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Readonly<Record<Name, string>>> {
  return value === undefined ? {} : ({ [name]: text(value) } as Record<Name, string>);
}

/** Characters of a text. */
const longest = 500;

/** Ids are signed claims, and hints may quote one: either may contain anything. */
function text(value: string): string {
  return printable(value, longest).slice(0, longest).toWellFormed();
}
