/** A user's session in one client. Each call belongs to the session in which it began. */
export type TokenSession = {
  /** Why the session has ended: its calls get no further token. Undefined while it lasts. */
  readonly ended: Error | undefined;
};

/** Where a call gets its user's token. */
export type Tokens = {
  /** The session of a call that begins now. A call uses no token of a later session. */
  session(): TokenSession;
  /** A token that can be used. Undefined when signed out. */
  current(): Promise<string | undefined>;
  /** Another token than the rejected one, or the same if there is no other. */
  replace(rejected: string): Promise<string | undefined>;
  /** Forgets this token: it was rejected, and the call cannot be repeated. */
  discard(token: string): void;
};
