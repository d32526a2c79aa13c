import type { OwnerException } from "../access/owner-exceptions.ts";
import type { KeyFacts, KeysChanged } from "../events/events.ts";
import type { Revocation } from "../revocation/store.ts";

/**
 * One entry of an audit log: a flat object that is one line of JSON. It contains no token, no secret and no
 * control character. Every text is at most 500 characters, and what looks like a token in it is `[token]`.
 * Absent properties are not known, or do not apply. The package has its JSON Schema:
 * `schema/audit-event.schema.json`.
 */
export interface AuditEvent {
  /** When it happened, by this machine's clock: RFC 3339, in UTC, to the millisecond. */
  readonly time: string;
  /**
   * What happened. `request.refused`: a guard rejected a request. `request.exception`: an owner rule admitted
   * someone to a path that belongs to another user. `request.impersonated`: a guard accepted a token with
   * which someone acts as another user. `revocation.made`: something was revoked. `keys.changed`: the
   * verification keys or their state changed. `logout.received`: the back-channel logout endpoint answered.
   */
  readonly event:
    | "request.refused"
    | "request.exception"
    | "request.impersonated"
    | "revocation.made"
    | "keys.changed"
    | "logout.received";
  /** `failure`: a request or a logout was rejected, or keys could not be loaded. */
  readonly outcome: "success" | "failure";
  /** Why a request or a logout was rejected: a code of `docs/errors.md`. */
  readonly code?: string;
  /** The likely cause, and what to do. */
  readonly hint?: string;
  /** The user of a verified token, or the one whose session or tokens ended. */
  readonly subject?: string;
  /** Who acts as this user: the administrator of an impersonated session. Empty if the token does not say. */
  readonly actor?: string;
  /** The OAuth client of a verified access token. */
  readonly clientId?: string;
  /** The session of a verified token, or the one that ended. It is an id, and opens nothing. */
  readonly sessionId?: string;
  /** The adapter that received the request, such as `fastify`. */
  readonly adapter?: string;
  /** The request's method, in capitals. */
  readonly method?: string;
  /** The route's pattern. */
  readonly route?: string;
  /** Only without `route`: the path, with `*` for each segment that may be an id. */
  readonly path?: string;
  /** The framework's id of the request. */
  readonly requestId?: string;
  /** For `request.exception`: the parameters that are someone else's, and the policies satisfied instead. */
  readonly exceptions?: readonly OwnerException[];
  /** For `revocation.made`. */
  readonly revocation?: AuditedRevocation;
  /** For `keys.changed`. */
  readonly keys?: AuditedKeys;
}

/** What was revoked, and where. */
export interface AuditedRevocation extends Revocation {
  /**
   * `here`: this process recorded it. `elsewhere`: another process did, such as `usher-auth revoke`, and the
   * store delivered it. Every replica has an entry for it.
   */
  readonly origin: "here" | "elsewhere";
}

/** What changed about the keys of a source: see `KeysChanged` of `@usher-auth/verify/events`. */
export interface AuditedKeys {
  readonly source: string;
  readonly change: KeysChanged["change"];
  readonly added?: readonly KeyFacts[];
  readonly removed?: readonly KeyFacts[];
  readonly reason?: string;
}

/** The kinds of entries. */
export const auditEventNames: readonly AuditEvent["event"][] = [
  "request.refused",
  "request.exception",
  "request.impersonated",
  "revocation.made",
  "keys.changed",
  "logout.received",
];
