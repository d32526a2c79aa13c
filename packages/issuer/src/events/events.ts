/**
 * `usher:delivery`: the result of one attempt to notify a backend of a logout, or that no more are made. No
 * property contains a token or a secret.
 */
export interface LogoutDelivery {
  /** The backend: the origin of its endpoint, such as `https://api.example.com`. */
  readonly endpoint: string;
  /**
   * `acknowledged`: the backend has recorded the logout. `failed`: this attempt failed, and another follows.
   * `given_up`: no attempt follows, because the tokens that the logout revokes have all expired.
   */
  readonly outcome: "acknowledged" | "failed" | "given_up";
  /**
   * For `failed`, and for `given_up` if it is known: why the last attempt failed, such as `it answered 503`,
   * `ECONNREFUSED` or `no answer in time`.
   */
  readonly reason?: string;
  /** Attempts so far, by all processes, including this one. 0 if the logout was given up before the first. */
  readonly attempts: number;
  /** Seconds, with fractions, since the session ended or the memberships changed. Never negative. */
  readonly age: number;
  /** For `failed`: seconds, with fractions, after which it is due again. */
  readonly retryIn?: number;
  /**
   * What happened: one session ended; all sessions of a user ended, as after a ban; or the user's memberships
   * of organizations changed, and the sessions continue.
   */
  readonly kind: "session" | "user" | "memberships";
  /** The user's id. For audits: not for a log or the label of a metric. */
  readonly subject: string;
  /** For `session`: the session's id. For audits, like `subject`. */
  readonly sessionId?: string;
}

/** The events of this package, by the name of their channel in `node:diagnostics_channel`. */
export interface IssuerEvents {
  "usher:delivery": LogoutDelivery;
}
