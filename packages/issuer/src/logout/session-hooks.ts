import type { AuthContext, BetterAuthOptions, GenericEndpointContext } from "better-auth";
import type { Ended } from "./logout-claims.ts";
import type { Deletion } from "./pending-deletion.ts";

type DatabaseHooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

/** What is done when something ended. */
export interface SessionEndsParts {
  /**
   * Writes it down; what a deletion is yet to make true, as that. When it cannot, the session must not end.
   */
  readonly record: (ended: Ended, deletion?: Deletion) => Promise<void>;
  /**
   * Called when what was recorded is there for others to see. Not waited for: a sign-out waits for no
   * backend.
   */
  readonly wake: () => Promise<unknown>;
}

/**
 * Better Auth's own hooks, which run however a session ends: sign-out, revocation by its user or by an admin,
 * a password changed or reset, another plugin. One runs before the row goes, so that a crash in between loses
 * no logout. What it writes down is not told as long as the row is there: a later hook may refuse the
 * deletion.
 *
 * A session that has expired is deleted too, and is no logout: its tokens expire as they would. Nor is one
 * that was made in the very request that deletes it, as by a password where a second factor is wanted as
 * well: no client ever had it.
 */
export function sessionEnds(context: AuthContext, { record, wake }: SessionEndsParts): DatabaseHooks {
  const made = sessionsMade();
  const deletions = deletionsUnderWay(context.options.advanced?.database?.defaultFindManyLimit ?? 100);

  const awaken = async (_row: unknown, request: GenericEndpointContext | null): Promise<void> => {
    const work = wake();
    const { runInBackground } = request?.context ?? context;
    // The platform's handler is the application's, and fails no sign-out. The work goes on by itself.
    (async () => await (runInBackground(work) as unknown))().catch(() => undefined);
  };

  return {
    session: {
      create: { after: async (session, request) => made.note(session?.id, request) },
      delete: {
        async before({ id, userId, expiresAt }, request) {
          const deletion: Deletion = { model: "session", id };
          if (deletions.begin(userId)) await record({ subject: userId }, deletion);
          if (expiresAt.getTime() <= Date.now() || made.in(request, id)) return;
          await record({ subject: userId, session: id }, deletion);
        },
        async after(session, request) {
          deletions.end(session.userId);
          await awaken(session, request);
        },
      },
    },
    user: {
      update: {
        async after(user, request) {
          if (user?.banned !== true) return;
          await record({ subject: user.id });
          await awaken(user, request);
        },
      },
      delete: {
        before: async ({ id }) => await record({ subject: id }, { model: "user", id }),
        after: awaken,
      },
    },
  };
}

/**
 * When Better Auth deletes all sessions of a user, it tells its hooks of the first hundred only (or of as
 * many as `defaultFindManyLimit` says), expired ones among them, before it deletes any. So where that many of
 * a user's deletions are under way at once, there may be more, and the one that makes them so many counts for
 * all.
 *
 * @returns `begin` tells whether a deletion that begins is that one. One that is refused never ends, and is
 *   counted on
 */
function deletionsUnderWay(limit: number): { begin(userId: string): boolean; end(userId: string): void } {
  const counts = new Map<string, number>();
  return {
    begin(userId) {
      const count = (counts.get(userId) ?? 0) + 1;
      counts.set(userId, count);
      return count % limit === 0;
    },
    end(userId) {
      const count = (counts.get(userId) ?? 0) - 1;
      if (count > 0) counts.set(userId, count);
      else counts.delete(userId);
    },
  };
}

/** What Better Auth hands to its hooks: nothing where server code acts outside of any request. */
type HookContext = GenericEndpointContext | null | undefined;

/** The sessions that were made in a request, by the context that Better Auth gives each one. */
function sessionsMade(): {
  note(session: string | undefined, request: HookContext): void;
  in(request: HookContext, session: string): boolean;
} {
  const made = new WeakMap<object, Set<string>>();
  return {
    note(session, request) {
      if (!request || session === undefined) return;
      made.set(request.context, (made.get(request.context) ?? new Set()).add(session));
    },
    in: (request, session) => (request ? made.get(request.context)?.has(session) === true : false),
  };
}
