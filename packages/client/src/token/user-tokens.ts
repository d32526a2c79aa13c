import { SignedOutError, UserChangedError } from "../errors.ts";
import { isSingleUserRuntime } from "../runtime.ts";
import type { GetToken } from "./get-token.ts";
import type { OtherTabs, TabMessage } from "./other-tabs.ts";
import { createSessionChecks } from "./session-checks.ts";
import { readSubject } from "./token-claims.ts";
import { createTokenStore, type TokenStore } from "./token-store.ts";
import type { Tokens } from "./tokens.ts";

/** What `onUserChanged` gets. */
export type UserChanged = {
  /** The user that the client, or its page, belongs to. */
  readonly previousUserId: string;
  /** The user that has signed in. Undefined if the new token has no readable `sub`. */
  readonly userId: string | undefined;
};

/** The tokens of the user that a client belongs to. */
export type UserTokens = Tokens & {
  /** Drops the cached token, here and in the other tabs. The session continues. */
  refresh(): void;
  /** Ends the session. The next token decides whose the client is. */
  clear(): void;
  /** Listens for session changes of this page and of other tabs, if it does not yet. */
  listen(): void;
  /** Stops listening. */
  close(): void;
};

export type UserTokensOptions = {
  getToken: GetToken;
  /** Milliseconds for one call of `getToken`. */
  deadline: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called where this runtime may have other tabs. */
  connectTabs: (onMessage: (message: TabMessage) => void) => OtherTabs;
  /** The user that the page was made for, or undefined. May throw. */
  expectedUserId: () => string | undefined;
  /** Called once for a sign-out. Must not throw. */
  onSignedOut: () => void;
  /** Called once for a session. Must not throw. */
  onUserChanged: (event: UserChanged) => void;
};

/** From one `clear` to the next. */
type Session = {
  ended: Error | undefined;
  /** The user of its first token. */
  userId: string | undefined;
  readonly store: TokenStore;
};

export function createUserTokens(options: UserTokensOptions): UserTokens {
  const { getToken, deadline, now, connectTabs, expectedUserId, onSignedOut, onUserChanged } = options;
  let session = startSession();
  let reportedSignedOut = false;
  /** The user that `onUserChanged` has reported as gone, until the session's user has a token again. */
  let replacedUserId: string | undefined;
  /** Whether the other tabs know of the change that the next token shows. */
  let othersKnow = false;
  let tabs: OtherTabs | undefined;
  let stopSessionChanges: (() => void) | undefined;
  const checks = createSessionChecks(() => void checkUser());

  function startSession(): Session {
    const started: Session = {
      ended: undefined,
      userId: undefined,
      store: createTokenStore({
        getToken,
        deadline,
        now,
        onToken: (token) => bindOrEnd(started, token),
        onAnswer: (token) => reportSignOut(started, token === undefined),
      }),
    };
    return started;
  }

  function end(ending: Session, reason: Error): void {
    ending.ended ??= reason;
    ending.store.refresh();
  }

  /** The first token decides whose the session is. Another user's token ends it. */
  function bindOrEnd(owner: Session, token: string): void {
    const userId = readSubject(token);
    const expected = owner.userId ?? (owner.ended ? undefined : expectedUserId());
    // It may have ended while getToken or expectedUserId ran. The calls that wait learn it from `ended`.
    if (owner.ended) return;
    if (expected !== undefined && expected !== userId) {
      end(owner, new UserChangedError());
      replacedUserId = expected;
      onUserChanged({ previousUserId: expected, userId });
    } else if (owner.userId === undefined && userId !== undefined) {
      owner.userId = userId;
      replacedUserId = undefined;
      tabs?.tell({ kind: "signed-in", userId });
    }
  }

  /** The user that the session belongs to, or that the page was made for. Undefined once it has ended. */
  function userOf(owner: Session): string | undefined {
    if (owner.ended) return undefined;
    try {
      return owner.userId ?? expectedUserId();
    } catch {
      return undefined; // The next call throws it.
    }
  }

  function reportSignOut(owner: Session, isSignedOut: boolean): void {
    const isNews = isSignedOut && !reportedSignedOut;
    const isNewsForOthers = isNews && owner.userId !== undefined && !othersKnow;
    reportedSignedOut = isSignedOut;
    othersKnow = false;
    if (isNewsForOthers) tabs?.tell({ kind: "changed" });
    if (isNews) onSignedOut();
  }

  /** The session may have changed: no call uses the cached token again, and a check finds out what changed. */
  function doubt(): void {
    session.store.refresh();
    if (userOf(session) === undefined) return;
    othersKnow = true;
    checks.request();
  }

  /** If a call has fetched a token meanwhile, that was the check. Where it fails, the next call finds out. */
  async function checkUser(): Promise<void> {
    if (userOf(session) === undefined) return;
    await session.store.current().catch(() => {
      othersKnow = false;
    });
  }

  function hear(message: TabMessage): void {
    const userId = userOf(session);
    if (message.kind === "signed-in" && message.userId === (userId ?? message.userId)) return;
    // The application knows that its user has gone. Should they sign in, their first token says so.
    const hasGone = reportedSignedOut || (userId !== undefined && userId === replacedUserId);
    if (message.kind === "changed" && hasGone) session.store.refresh();
    else doubt();
  }

  function listen(): void {
    // A server has no other tabs, and its clients must not pile up in the listeners of a shared auth client.
    if (tabs !== undefined || !isSingleUserRuntime()) return;
    tabs = connectTabs(hear);
    // A page that a server has made for a user need not have a token before the other tabs know.
    const userId = userOf(session);
    if (userId !== undefined) tabs.tell({ kind: "signed-in", userId });
    attempt(() => {
      stopSessionChanges = getToken.onSessionChange?.(() => {
        tabs?.tell({ kind: "changed" });
        doubt();
      });
    });
  }

  async function tokenOf(owner: Session, token: Promise<string | undefined>): Promise<string | undefined> {
    const found = await token;
    if (owner.ended instanceof UserChangedError) throw owner.ended;
    return found;
  }

  return {
    session: () => session,
    async current() {
      if (session.ended) throw session.ended;
      return await tokenOf(session, session.store.current());
    },
    async replace(rejected) {
      if (session.ended) throw session.ended;
      return await tokenOf(session, session.store.replace(rejected));
    },
    discard: (token) => session.store.discard(token),
    refresh() {
      session.store.refresh();
      tabs?.tell({ kind: "changed" });
    },
    clear() {
      end(session, new SignedOutError("The token was cleared while this call waited for it"));
      session = startSession();
      tabs?.tell({ kind: "changed" });
    },
    listen,
    close() {
      checks.cancel();
      attempt(() => stopSessionChanges?.());
      stopSessionChanges = undefined;
      tabs?.close();
      tabs = undefined;
    },
  };
}

/** Listening is the application's code, and costs no call its token. */
function attempt(listening: () => void): void {
  try {
    listening();
  } catch (error) {
    console.error("@usher-auth/client: onSessionChange failed:", error);
  }
}
