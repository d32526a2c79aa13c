import type { OwnerException } from "../access/owner-exceptions.ts";
import type { Principal } from "../claims/principal.ts";
import type { AuthErrorCode } from "../errors.ts";
import type { Revocation } from "../revocation/store.ts";

/**
 * What a guard tells about a request. No property contains a token, a secret or a query.
 *
 * `request` is the framework's own object, which has the token in its headers: do not log it.
 */
export interface RequestFacts {
  /** The adapter that received the request, such as `fastify` or `express`; `guard` without an adapter. */
  readonly adapter: string;
  /** The request's method, in capitals; absent if the adapter does not know it. */
  readonly method?: string;
  /**
   * The route's pattern, such as `/api/:userId/tasks`; absent before a framework has chosen the route, and for
   * unknown paths. An application has a limited number of them, so it can be the label of a metric.
   */
  readonly route?: string;
  /**
   * Only without `route`: the path, in which everything is replaced by `*` that is not a word of lower-case letters,
   * such as `/api/*`. Anyone can make up paths, so it is for logs, and not for the label of a metric.
   */
  readonly path?: string;
  /** The framework's id of the request, if it has one. */
  readonly requestId?: string;
  /** The framework's own request object. It contains the token: never log it as a whole. */
  readonly request: unknown;
}

/** `usher:accept`: a request was accepted. In Express, Koa and Hono, its route may still reject it. */
export interface RequestAccepted extends RequestFacts {
  readonly principal: Principal<unknown>;
}

/** `usher:reject`: a request was rejected. */
export interface RequestRejected extends RequestFacts {
  /** A code of the closed list, or one of another version of the package. */
  readonly code: AuthErrorCode;
  /** The status of the response. */
  readonly status: number;
  /** For the operator: the likely cause, and what to do. */
  readonly hint?: string;
  /** The user of a valid token that may not use this path or route; absent if the token was rejected. */
  readonly principal?: Principal<unknown>;
}

/** `usher:owner-exception`: an owner rule admitted a principal to a path that belongs to someone else. */
export interface OwnerExceptionUsed extends RequestFacts {
  readonly principal: Principal<unknown>;
  /** The parameters that are someone else's, and the policies that the principal satisfies instead. */
  readonly exceptions: readonly OwnerException[];
}

/** `usher:verify`: a verifier verified a token, or tried to. */
export interface TokenVerified {
  /** Whether the token was verified before, and its result was used again. */
  readonly cached: boolean;
  /** Milliseconds, with fractions. Does not include a wait for keys. */
  readonly duration: number;
  /** Why the token was rejected; absent if it was accepted. */
  readonly code?: AuthErrorCode;
}

/** One key, without its value. */
export interface KeyFacts {
  readonly algorithm: string;
  /** The `kid` of a published key. */
  readonly kid?: string;
  /** The version of a shared secret. */
  readonly version?: number;
}

/**
 * `usher:keys`: the keys of a source, or their state, have changed. Published by `remoteJwks` and
 * `reloadedSecret`, `idle` also for `sharedSecret`; never by a custom source.
 */
export interface KeysChanged {
  /** The source: the URL of a JWKS without its query, or `shared secret`. */
  readonly source: string;
  /**
   * `loaded`: the first keys are there. `changed`: a refresh or a reload brought other keys, or the last ones
   * became too old (`maxStale`). `failed`: a refresh failed, after one that had succeeded; the last keys stay in
   * use. Once per outage. `recovered`: a refresh succeeded after one that failed. `idle`: a version of a shared
   * secret is no longer used by the issuer.
   */
  readonly change: "loaded" | "changed" | "failed" | "recovered" | "idle";
  /** All keys after the change. */
  readonly keys: readonly KeyFacts[];
  /** For `changed`: those that are new. */
  readonly added?: readonly KeyFacts[];
  /** For `changed`: those that are no longer accepted. For `idle`: those that are no longer used. */
  readonly removed?: readonly KeyFacts[];
  /** For `failed`: why. */
  readonly reason?: string;
}

/** `usher:revocations`: something was revoked, or the state of the revocations has changed. */
export interface RevocationsChanged {
  /**
   * `revoked`: this process recorded revocations. `received`: another process did. `loaded`: all are in memory,
   * for the first time. `stale`: after that, they were not confirmed for `maxStaleness`. It is noticed when the
   * store fails again, a token is checked, or the state is read. `recovered`: they are current again.
   */
  readonly change: "revoked" | "received" | "loaded" | "stale" | "recovered";
  /** For `revoked` and `received`. */
  readonly revocations?: readonly Revocation[];
  /** For `stale`: why, if that is known. */
  readonly reason?: string;
}

/** `usher:logout`: the back-channel logout endpoint answered. */
export interface LogoutReceived {
  /** The status of the response: 200 if the logout was recorded. */
  readonly status: number;
  /** Why it was not recorded; absent if it was. */
  readonly code?: string;
  /** For the operator. */
  readonly hint?: string;
  /** The user that signed out, if the logout was recorded and names one. */
  readonly subject?: string;
  /** The session that ended, if the logout was recorded and names one. */
  readonly sessionId?: string;
}

/** The events of this package, by the name of their channel in `node:diagnostics_channel`. */
export interface UsherEvents {
  "usher:verify": TokenVerified;
  "usher:accept": RequestAccepted;
  "usher:reject": RequestRejected;
  "usher:owner-exception": OwnerExceptionUsed;
  "usher:keys": KeysChanged;
  "usher:revocations": RevocationsChanged;
  "usher:logout": LogoutReceived;
}
