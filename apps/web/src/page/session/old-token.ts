/** The token of a session that has ended. It has not expired yet. */
export type OldToken = { userId: string; token: string };
