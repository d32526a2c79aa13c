import type { AuthContext, BetterAuthOptions, GenericEndpointContext } from "better-auth";
import type { Logout } from "./logout-claims.ts";
import type { Deletion } from "./pending-deletion.ts";

type DatabaseHooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

/** What the hooks call when a session ends. */
export interface SessionHooksParts {
  /** Adds the logout to the queue. If it fails, the session must not end. */
  readonly record: (logout: Logout, deletion?: Deletion) => Promise<void>;
  /** Called once other connections can see the record. Not awaited: a sign-out waits for no backend. */
  readonly wake: () => Promise<unknown>;
}

/**
 * Better Auth's database hooks, which run however a session ends: a sign-out, a revocation by the user or an
 * administrator, a changed or reset password, another plugin. The logout is recorded before the row is
 * deleted, so that a crash in between loses nothing. It is only sent once the row is gone, since a later hook
 * may refuse the deletion.
 *
 * Two deletions are not logouts. An expired session is deleted too, but its tokens expire by themselves. And
 * a session that was created in the request that deletes it never reached a client, as after a correct
 * password when a second factor is required.
 */
export function sessionHooks(context: AuthContext, { record, wake }: SessionHooksParts): DatabaseHooks {
  const created = createdSessions();
  const deletions = pendingDeletions(context.options.advanced?.database?.defaultFindManyLimit ?? 100);

  const wakeWorkers = async (_row: unknown, request: GenericEndpointContext | null): Promise<void> => {
    const work = wake();
    const { runInBackground } = request?.context ?? context;
    // The application's background handler may throw. That must not fail a sign-out; the work continues.
    (async () => await (runInBackground(work) as unknown))().catch(() => undefined);
  };

  return {
    session: {
      create: { after: async (session, request) => created.add(session?.id, request) },
      delete: {
        async before({ id, userId, expiresAt }, request) {
          const deletion: Deletion = { model: "session", id };
          if (deletions.begin(userId)) await record({ subject: userId }, deletion);
          if (expiresAt.getTime() <= Date.now() || created.has(request, id)) return;
          await record({ subject: userId, session: id }, deletion);
        },
        async after(session, request) {
          deletions.end(session.userId);
          await wakeWorkers(session, request);
        },
      },
    },
    user: {
      update: {
        async after(user, request) {
          if (user?.banned !== true) return;
          await record({ subject: user.id });
          await wakeWorkers(user, request);
        },
      },
      delete: {
        before: async ({ id }) => await record({ subject: id }, { model: "user", id }),
        after: wakeWorkers,
      },
    },
  };
}

/**
 * Counts the deletions in progress for each user. When Better Auth deletes all sessions of a user, it calls
 * its hooks for the first hundred only (`defaultFindManyLimit`), expired ones included, before it deletes
 * any. So when that many deletions of one user are in progress, there may be more sessions, and the user is
 * logged out as a whole.
 *
 * @returns `begin` returns true for the deletion that reaches the limit. A refused deletion never ends and
 *   stays counted
 */
function pendingDeletions(limit: number): { begin(userId: string): boolean; end(userId: string): void } {
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

/** The request that Better Auth passes to its hooks. Null when server code acts outside a request. */
type HookContext = GenericEndpointContext | null | undefined;

/** The sessions that each request created, by the context object of the request. */
function createdSessions(): {
  add(session: string | undefined, request: HookContext): void;
  has(request: HookContext, session: string): boolean;
} {
  const created = new WeakMap<object, Set<string>>();
  return {
    add(session, request) {
      if (!request || session === undefined) return;
      created.set(request.context, (created.get(request.context) ?? new Set()).add(session));
    },
    has: (request, session) => (request ? created.get(request.context)?.has(session) === true : false),
  };
}
