import { betterAuthToken } from "../token/better-auth-request.ts";
import { isClient } from "../token/better-auth-token.ts";
import type { BetterAuthTokenClient, BetterAuthTokenServer } from "../token/better-auth-types.ts";
import type { GetSessionToken } from "./session.ts";

/**
 * Fetches the token of the user whose session cookie a request has.
 *
 * @throws {TypeError} `auth` is neither a server nor a client of Better Auth.
 */
export function betterAuthSession(auth: BetterAuthTokenServer | BetterAuthTokenClient): GetSessionToken {
  betterAuthToken(auth, new Headers());
  return ({ headers }, cookies) => {
    // The session is the cookie's: a page does not choose another one.
    const session = new Headers(headers);
    session.delete("authorization");
    return betterAuthToken(isClient(auth) ? auth : withCookies(auth, cookies), session)();
  };
}

/**
 * Lets Better Auth extend the session, unlike `betterAuthToken` on other servers: the cookie that lives as
 * long reaches the browser with the API's response.
 */
function withCookies({ api }: BetterAuthTokenServer, cookies: string[]): BetterAuthTokenServer {
  const getToken: typeof api.getToken = async ({ headers: sent }) => {
    const options = { headers: sent, returnHeaders: true } as Parameters<typeof api.getToken>[0];
    const answer = await api.getToken(options);
    const { headers, response } = (answer ?? {}) as { headers?: unknown; response?: unknown };
    if (!(headers instanceof Headers)) return answer;
    cookies.push(...headers.getSetCookie());
    return response;
  };
  const { getSession } = api;
  return { api: getSession ? { getToken, getSession: (options) => getSession(options) } : { getToken } };
}
