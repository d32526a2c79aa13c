/**
 * The part of Better Auth's client that {@link betterAuthToken} uses. Clients of all frameworks have it once
 * the `jwtClient()` plugin is installed.
 *
 * @example
 * ```ts
 * import type { BetterAuthTokenClient } from "@usher-auth/client";
 * import { jwtClient } from "better-auth/client/plugins";
 * import { createAuthClient } from "better-auth/react";
 *
 * const authClient: BetterAuthTokenClient = createAuthClient({ plugins: [jwtClient()] });
 * ```
 */
export type BetterAuthTokenClient = {
  token(options: {
    query?: { disableRefresh: true };
    fetchOptions: BetterAuthFetchOptions;
  }): PromiseLike<unknown>;
  /** Asked after a 401, which Better Auth's own `jwt()` also answers when its database fails. */
  getSession?(options: {
    query: { disableCookieCache: true; disableRefresh: true };
    fetchOptions: BetterAuthFetchOptions;
  }): PromiseLike<unknown>;
  /** The client's state. It reports sign-ins and sign-outs of this page. */
  readonly $store?: unknown;
};

type BetterAuthFetchOptions = {
  onError: (context: { response: Response }) => void;
  onRequest?: (context: { headers: Headers }) => void;
  cache?: "no-store";
};

/**
 * The part of a Better Auth server that {@link betterAuthToken} uses. Servers have it once the `jwt()` or
 * `usherJwt()` plugin is installed.
 *
 * @example
 * ```ts
 * import type { BetterAuthTokenServer } from "@usher-auth/client/server";
 * import { betterAuth } from "better-auth";
 * import { jwt } from "better-auth/plugins";
 *
 * export const auth: BetterAuthTokenServer = betterAuth({ plugins: [jwt()] });
 * ```
 */
export type BetterAuthTokenServer = {
  api: {
    getToken(options: { headers: Headers; query?: { disableRefresh: true } }): PromiseLike<unknown>;
    /** Asked after a 401, which Better Auth's own `jwt()` also answers when its database fails. */
    getSession?(options: {
      headers: Headers;
      query: { disableCookieCache: true; disableRefresh: true };
    }): PromiseLike<unknown>;
  };
};

/**
 * The headers of one request: the global `Headers`, or those of another package, such as undici or Next.js
 * (`await headers()`).
 *
 * @example
 * ```ts
 * import { betterAuthToken, type RequestHeaders, type BetterAuthTokenServer } from "@usher-auth/client/server";
 *
 * export const tokenOf = (auth: BetterAuthTokenServer, headers: RequestHeaders) =>
 *   betterAuthToken(auth, headers)();
 * ```
 */
export type RequestHeaders = {
  forEach(callback: (value: string, name: string) => void): void;
};
