import { useCallback, useState } from "react";
import { authClient } from "./auth-client.ts";

export type SignedInUser = { id: string; name: string; email: string };

export type SignedIn = {
  /** Undefined while loading, null when no user is signed in. */
  user: SignedInUser | null | undefined;
  /** Why the session could not be loaded. */
  error: Error | undefined;
  /** Why the page shows something else than before: the user was signed out, or someone else signed in. */
  notice: string | undefined;
  /** The user signed in with the form, rather than loading the page with a session. */
  justArrived: boolean;
  /** Call it before a sign-out, so that the message says so. */
  expectSignOut: () => void;
  refetch: () => void;
};

type Seen = { user: SignedInUser | null; before: SignedInUser | null | undefined };

/**
 * The signed-in user, by the last definite result. Better Auth fetches the session again whenever the window
 * gets the focus and reports "pending" meanwhile; a half-filled form must not disappear then.
 */
export function useSignedInUser(): SignedIn {
  const session = authClient.useSession();
  const [seen, setSeen] = useState<Seen>();
  const [isLeaving, setIsLeaving] = useState(false);

  const user = session.data?.user ?? null;
  const isKnown =
    !session.isPending && !session.isRefetching && (!session.error || session.error.status === 401);
  if (isKnown && (seen === undefined || seen.user?.id !== user?.id)) {
    setSeen({ user, before: seen?.user });
    if (user !== null) setIsLeaving(false);
  }

  const { refetch } = session;
  return {
    user: seen?.user,
    error: seen === undefined && !session.isPending && session.error ? reasonOf(session.error) : undefined,
    notice: seen?.before ? noticeOf(seen.user, isLeaving) : undefined,
    justArrived: Boolean(seen?.user) && seen?.before === null,
    expectSignOut: useCallback(() => setIsLeaving(true), []),
    refetch: useCallback(() => void refetch(), [refetch]),
  };
}

function noticeOf(user: SignedInUser | null, wasExpected: boolean): string {
  if (user !== null) return `${user.name} has signed in with this browser. These are their tasks.`;
  return wasExpected ? "You are signed out." : "Your session has ended. Sign in to continue.";
}

function reasonOf(error: { status: number; message?: string }): Error {
  return new Error(error.message || `The session could not be loaded (status ${error.status})`);
}
