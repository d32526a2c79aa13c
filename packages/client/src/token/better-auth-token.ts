import { askClient } from "./better-auth-calls.ts";
import type { BetterAuthTokenClient } from "./better-auth-types.ts";
import type { GetTokenContext, OnSessionChange } from "./get-token.ts";

/**
 * The `getToken` function that {@link betterAuthToken} returns. It can be called without an argument too.
 *
 * @example
 * ```ts
 * import type { BetterAuthGetToken } from "@usher-auth/client";
 *
 * export const isSignedIn = async (getToken: BetterAuthGetToken) => (await getToken()) !== null;
 * ```
 */
export type BetterAuthGetToken = {
  (context?: GetTokenContext): Promise<string | null>;
  /** In the form for browsers, if the client reports changes of its session. Otherwise undefined. */
  readonly onSessionChange?: OnSessionChange;
};

/**
 * Makes a `getToken` function from Better Auth's client, for {@link createApiClient} in a browser or in React
 * Native.
 *
 * The function resolves to the token, or to null when `GET /token` answers 401: the user is not signed in.
 * Every other failure rejects, so that a rate limit or an outage does not sign the user out.
 *
 * It has no timeout and does not retry. `createApiClient` sets the timeout, and a later call tries again.
 *
 * @param authClient - Better Auth's client with the `jwtClient()` plugin
 * @returns a function that rejects with {@link TokenUnavailableError} (code `token_unavailable`) when Better
 *   Auth answers with another status than 401 or without a token. The error has `status`, and `retryAfter` in
 *   seconds if the response has a `Retry-After` or `X-Retry-After` header. A network failure rejects with
 *   `fetch`'s own error. Its `onSessionChange` reports sign-ins, sign-outs and changes of the session that
 *   this page makes with the same Better Auth client, 10 ms later. A page that changes at once may end before
 *   that: after a sign-out, call the API client's `clearToken()`, and then change the page.
 * @throws {TypeError} `authClient` is not a client of Better Auth, or there is a second argument: on a
 *   server, use `betterAuthToken` of `@usher-auth/client/server`.
 *
 * @example
 * ```ts
 * import { betterAuthToken, createApiClient } from "@usher-auth/client";
 * import { createAuthClient } from "better-auth/client";
 * import { jwtClient } from "better-auth/client/plugins";
 *
 * const authClient = createAuthClient({ plugins: [jwtClient()] });
 * const api = createApiClient({
 *   baseURL: "https://api.example.com",
 *   getToken: betterAuthToken(authClient),
 * });
 * ```
 */
export function betterAuthToken(authClient: BetterAuthTokenClient, ...rest: []): BetterAuthGetToken {
  if (!isClient(authClient) || rest.length > 0) {
    throw new TypeError(
      "betterAuthToken of @usher-auth/client takes Better Auth's client in a browser, and nothing else. On a " +
        "server, use that of @usher-auth/client/server, with the headers of the request: " +
        "betterAuthToken(auth, headers)",
    );
  }
  const getToken = (): Promise<string | null> => askClient(authClient);
  return Object.assign(getToken, sessionChangesOf(authClient));
}

/** Better Auth's client is a Proxy with a function under every name. Its server has no `token`. */
export function isClient(auth: object): auth is BetterAuthTokenClient {
  return typeof (auth as Partial<BetterAuthTokenClient> | undefined)?.token === "function";
}

/**
 * The signal that Better Auth's client toggles after sign-in, sign-out, a change of organization and the
 * like. A name that the client does not have is a function: to call it would send a request.
 */
function sessionChangesOf({ $store }: BetterAuthTokenClient): { onSessionChange?: OnSessionChange } {
  const { atoms } = ($store ?? {}) as { atoms?: { $sessionSignal?: unknown } };
  const signal = atoms?.$sessionSignal as { listen?: OnSessionChange } | undefined;
  if (typeof signal !== "object" || typeof signal?.listen !== "function") return {};
  return { onSessionChange: (listener) => signal.listen?.(() => listener()) ?? (() => undefined) };
}
