import { createHash } from "node:crypto";
import type { AuthContext, BetterAuthOptions, GenericEndpointContext } from "better-auth";
import type { AuthenticatedSession } from "../options/options.ts";
import { unavailable } from "../unavailable.ts";
import { isId } from "./claims.ts";

type CreateSession = NonNullable<
  NonNullable<NonNullable<NonNullable<BetterAuthOptions["databaseHooks"]>["session"]>["create"]>["before"]
>;

/**
 * Plugins of Better Auth that create a session because it was approved in another one, by the path of these
 * requests: nobody signs in.
 */
const givenSessions: Readonly<Record<string, string>> = {
  "device-authorization": "/device/",
  electron: "/electron/",
};

/**
 * Plugins that may replace the session of a user who is signed in, in some configurations without a proof of
 * who they are: a second factor or a passkey is added. Without a session, the same requests sign a user in.
 */
const replacedSessions: Readonly<Record<string, string>> = {
  "two-factor": "/two-factor/",
  passkey: "/passkey/verify-registration",
};

/** How long a session is known to have begun without a sign-in: longer than sessions last. Milliseconds. */
const markLifetime = 400 * 24 * 60 * 60 * 1000;

/**
 * When the user of the session signed in, in whole seconds: `auth_time` of OpenID Connect Core 1.0 section 2.
 * It is when the session was created: nothing that happens to a session later changes that. A session that
 * replaced another one in the same request keeps the time of the other.
 *
 * @returns undefined when nobody is known to have signed in: an impersonated session, an anonymous user, a
 *   session for one request (from an API key), a session that a device was given
 * @throws {APIError} 503 when that cannot be looked up, as in an outage of the database
 */
export async function signInTime(
  { user, session }: AuthenticatedSession,
  request: GenericEndpointContext,
): Promise<number | undefined> {
  if (isId(session.impersonatedBy) || user.isAnonymous === true) return undefined;
  const { authCookies, secret } = request.context;
  if ((await request.getSignedCookie(authCookies.sessionToken.name, secret)) !== session.token)
    return undefined;
  const mark = await findMark(session.token, request.context);
  const seconds = mark === undefined ? new Date(session.createdAt).getTime() / 1000 : mark;
  return Number.isFinite(seconds) ? Math.floor(seconds) : undefined;
}

/**
 * Marks the sessions that are created without a sign-in, before they exist. Better Auth's table of
 * verification values holds the mark, so that no column is needed.
 *
 * @returns undefined when no plugin of the instance creates such sessions
 */
export function markSessionsWithoutSignIn(context: AuthContext): CreateSession | undefined {
  const given = pathsOf(context, givenSessions);
  const replaced = pathsOf(context, replacedSessions);
  if (!hasMarks(context)) return undefined;
  return async ({ token, userId }, request) => {
    const startsWith = (path: string): boolean => request?.path.startsWith(path) === true;
    const previous = request?.context.session;
    const isReplaced = replaced.some(startsWith) && previous?.session.userId === userId;
    if (!request || !(isReplaced || given.some(startsWith))) return;
    const signedInAt = isReplaced ? await signInTime(previous, request) : undefined;
    await context.internalAdapter.createVerificationValue({
      identifier: identifierOf(token),
      value: signedInAt === undefined ? "none" : String(signedInAt),
      expiresAt: new Date(Date.now() + markLifetime),
    });
  };
}

/** Seconds; NaN for a session without a sign-in; undefined for a session that has no mark. */
async function findMark(token: string, context: AuthContext): Promise<number | undefined> {
  if (!hasMarks(context)) return undefined;
  const mark = await context.internalAdapter.findVerificationValue(identifierOf(token)).catch(() => {
    throw unavailable("SESSION_UNAVAILABLE", "The session cannot be looked up now");
  });
  return mark === null ? undefined : Number(mark.value);
}

function hasMarks(context: AuthContext): boolean {
  return pathsOf(context, { ...givenSessions, ...replacedSessions }).length > 0;
}

function pathsOf({ options }: AuthContext, all: Readonly<Record<string, string>>): string[] {
  return (options.plugins ?? []).flatMap(({ id }) => (Object.hasOwn(all, id) ? [all[id] as string] : []));
}

/** Not the token itself: a reader of the table must not be able to use it. */
function identifierOf(sessionToken: string): string {
  return `usher-sign-in-${createHash("sha256").update(sessionToken).digest("base64url")}`;
}
