import { noStore } from "../no-store.ts";
import {
  type Answer,
  answerOf,
  readToken,
  requireSignedOut,
  secondsToWait,
  statusOf,
  statusOfApiError,
} from "./better-auth-answer.ts";
import type { BetterAuthTokenClient, BetterAuthTokenServer } from "./better-auth-types.ts";

/**
 * On a server. Better Auth would extend the session in its database, and the browser would not get the cookie
 * that lives as long: it would lose a session that is in use.
 */
const withoutRefresh = { disableRefresh: true } as const;
/** The session in the database, not that of the cookie's cache. */
const query = { ...withoutRefresh, disableCookieCache: true } as const;

/** The token of the user whose session is in these headers, from Better Auth in this process, or null. */
export async function askServer({ api }: BetterAuthTokenServer, headers: Headers): Promise<string | null> {
  // A call may change the headers that it gets.
  const ask = (call: PromiseLike<unknown>) => answerOf(call, statusOfApiError);
  const token = readToken(await ask(api.getToken({ headers: new Headers(headers), query: withoutRefresh })));
  if (token !== null || typeof api.getSession !== "function") return token;
  return requireSignedOut(await ask(api.getSession({ headers: new Headers(headers), query })));
}

/** What says whose session a request has. */
export type Credentials = { readonly [Name in "cookie" | "authorization"]: string | null };

/**
 * The token from Better Auth over HTTP, or null if nobody is signed in.
 *
 * @param credentials - on a server, those of the request
 */
export async function askClient(
  authClient: BetterAuthTokenClient,
  credentials?: Credentials,
): Promise<string | null> {
  let retryAfter: number | undefined;
  const fetchOptions = {
    ...(credentials && { ...noStore(), onRequest: only(credentials) }),
    onError({ response }: { response: Response }): void {
      retryAfter = secondsToWait(response.headers);
    },
  };
  const send = async (call: PromiseLike<unknown>): Promise<Answer> => {
    const answer = await answerOf(call, statusOf);
    return { ...answer, retryAfter };
  };
  const token = readToken(
    await send(authClient.token({ ...(credentials && { query: withoutRefresh }), fetchOptions })),
  );
  if (token !== null || typeof authClient.getSession !== "function") return token;
  return requireSignedOut(await send(authClient.getSession({ query, fetchOptions })));
}

/** Better Auth's client may have its own credentials (`headers`, `auth`). They are not this request's. */
function only(credentials: Credentials): (context: { headers: Headers }) => void {
  return ({ headers }) => {
    for (const [name, value] of Object.entries(credentials)) {
      headers.delete(name);
      if (value !== null) headers.set(name, value);
    }
  };
}
