/** Where a call gets its user's token. */
export type Tokens = {
  /** Changes when the user's session has ended. A call that began in one session uses no token of a later one. */
  session(): number;
  /** A token that can be used. Undefined when signed out. */
  current(): Promise<string | undefined>;
  /** Another token than the rejected one, or the same if there is no other. */
  replace(rejected: string): Promise<string | undefined>;
  /** Forgets this token: it was rejected, and the call cannot be repeated. */
  discard(token: string): void;
};
