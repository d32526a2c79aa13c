import { useCallback, useState } from "react";
import { authClient } from "./auth-client.ts";

export type SignedInUser = { id: string; name: string; email: string };

export type SignedIn = {
  /** Undefined while nothing is known yet, null when nobody is signed in. */
  user: SignedInUser | null | undefined;
  /** Why nothing is known. */
  error: Error | undefined;
  /** What the sign-in screen says, when there was a user before. */
  notice: string | undefined;
  /** There was no user before: they came by the form, not by loading the page. */
  justArrived: boolean;
  /** The user is about to sign out, so the end of the session is no surprise. */
  expectSignOut: () => void;
  refetch: () => void;
};

type Seen = { user: SignedInUser | null; before: SignedInUser | null | undefined };

/**
 * Who is signed in, by what was last known for sure. Better Auth asks again on every return to the window,
 * and says "pending" meanwhile; a form half filled in must not go away for that.
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
    notice: seen?.user === null && seen.before ? farewell(isLeaving) : undefined,
    justArrived: Boolean(seen?.user) && seen?.before === null,
    expectSignOut: useCallback(() => setIsLeaving(true), []),
    refetch: useCallback(() => void refetch(), [refetch]),
  };
}

function farewell(wasAsked: boolean): string {
  return wasAsked ? "You are signed out." : "Your session has ended. Sign in to go on.";
}

function reasonOf(error: { status: number; message?: string }): Error {
  return new Error(error.message || `The web app does not say who is signed in (status ${error.status})`);
}
