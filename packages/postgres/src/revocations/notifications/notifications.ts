/** How a subscription learns of new rows before its next poll. */
export interface Notifications {
  /** What the polling connection must listen on, at the moment. */
  channels(): readonly string[];
  /** Called for each notification on the polling connection. */
  notified(channel: string): void;
  /** Called while a new polling connection is idle, before its first poll. */
  verify(connection: { query(text: string): Promise<unknown> }): Promise<void>;
  stop(): Promise<void>;
}

/** None: the next poll finds new rows. */
export const noNotifications: Notifications = {
  channels: () => [],
  notified: () => {},
  verify: async () => {},
  stop: async () => {},
};

/** Tells the operator, once, that revocations take up to a second, and what to do. */
export function warnNotNotified(): void {
  process.emitWarning(
    "new revocations are found by a query once a second: LISTEN does not work on this connection, as behind" +
      " a pooler in transaction mode. Set the option listen of revocationStore, or LISTEN_DATABASE_URL, to" +
      " the server's own address; listen: false accepts the delay.",
    { type: "UsherWarning", code: "USHER_NOT_NOTIFIED" },
  );
}
