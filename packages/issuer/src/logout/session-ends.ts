import type { AuthContext, BetterAuthOptions, GenericEndpointContext } from "better-auth";
import type { Ended } from "./claims.ts";
import type { Deletion } from "./deletion.ts";

type DatabaseHooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

/** What is done when something ended. */
export interface SessionEndsParts {
  /** Writes it down; what a deletion is yet to make true, as that. When it cannot, the session must not end. */
  readonly record: (ended: Ended, deletion?: Deletion) => Promise<void>;
  /** Called when what was recorded is there for others to see. Not waited for: a sign-out waits for no backend. */
  readonly wake: () => Promise<unknown>;
}

/**
 * Better Auth's own hooks, which run however a session ends: sign-out, revocation by its user or by an admin, a password
 * changed or reset, another plugin. One runs before the row goes, so that a crash in between loses no logout. What it
 * writes down is not told as long as the row is there: a later hook may refuse the deletion.
 *
 * A session that has expired is deleted too, and is no logout: its tokens expire as they would. Nor is one that was made in
 * the very request that deletes it, as by a password where a second factor is wanted as well: no client ever had it.
 */
export function sessionEnds(context: AuthContext, { record, wake }: SessionEndsParts): DatabaseHooks {
  const made = sessionsMade();
  const isLast = countdown(context.options.advanced?.database?.defaultFindManyLimit ?? 100);

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
          if (expiresAt.getTime() <= Date.now() || made.in(request, id)) return;
          const deletion: Deletion = { model: "session", id };
          await record({ subject: userId, session: id }, deletion);
          if (isLast(request, userId)) await record({ subject: userId }, deletion);
        },
        after: awaken,
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
 * When Better Auth deletes all sessions of a user, it tells its hooks of the first hundred only (or of as many as
 * `defaultFindManyLimit` says). At the last one it tells of there may be more, so that one counts for all of them.
 *
 * @returns whether a session of that user is the last one told in this request
 */
function countdown(limit: number): (request: GenericEndpointContext | null, userId: string) => boolean {
  const told = new WeakMap<object, Map<string, number>>();
  return (request, userId) => {
    if (request === null) return false;
    const counts = told.get(request) ?? new Map<string, number>();
    const count = (counts.get(userId) ?? 0) + 1;
    told.set(request, counts.set(userId, count));
    return count === limit;
  };
}

/** The sessions that were made in a request, by the context that Better Auth gives each one. */
function sessionsMade(): {
  note(session: string | undefined, request: GenericEndpointContext | null): void;
  in(request: GenericEndpointContext | null, session: string): boolean;
} {
  const made = new WeakMap<object, Set<string>>();
  return {
    note(session, request) {
      if (request === null || session === undefined) return;
      made.set(request.context, (made.get(request.context) ?? new Set()).add(session));
    },
    in: (request, session) => request !== null && made.get(request.context)?.has(session) === true,
  };
}
