import { TokenUnavailableError } from "../errors.ts";
import type { GetTokenContext } from "./get-token.ts";
import { createTokenStore } from "./token-store.ts";

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
    fetchOptions: { onError: (context: { response: Response }) => void };
  }): PromiseLike<unknown>;
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
  api: { getToken(options: { headers: Headers }): PromiseLike<unknown> };
};

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
export type BetterAuthGetToken = (context?: GetTokenContext) => Promise<string | null>;

/**
 * Makes a `getToken` function from Better Auth's client, for {@link createApiClient}.
 *
 * The function resolves to the token, or to null when `GET /token` answers 401: the user is not signed in.
 * Every other failure rejects, so that a rate limit or an outage does not sign the user out.
 *
 * It has no timeout and does not retry. `createApiClient` sets the timeout, and the next call tries again.
 *
 * @param authClient - Better Auth's client with the `jwtClient()` plugin
 * @returns a function that rejects with {@link TokenUnavailableError} (code `token_unavailable`) when Better
 *   Auth answers with another status than 401 or without a token. The error has `status`, and `retryAfter` in
 *   seconds if the response has a `Retry-After` or `X-Retry-After` header. A network failure rejects with
 *   `fetch`'s own error.
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
export function betterAuthToken(authClient: BetterAuthTokenClient): BetterAuthGetToken;
/**
 * Makes a `getToken` function from a Better Auth server and the headers of one request, for `serverApi` and
 * `apiProxy`. Better Auth runs in the same process: no HTTP request is sent.
 *
 * The function resolves to the token of the request's user, or to null when nobody is signed in. It caches the
 * token until 30 seconds before its `exp`, for these headers only. Every other failure rejects.
 *
 * @param auth - the Better Auth server, with the `jwt()` or `usherJwt()` plugin
 * @param headers - the headers of the request, with its cookies
 * @returns a function that rejects with {@link TokenUnavailableError} (code `token_unavailable`) when Better
 *   Auth fails with another status than 401. Any other error, such as one of the database, is passed on.
 *
 * @example
 * ```ts
 * import { betterAuthToken, serverApi } from "@usher-auth/client/server";
 * import { betterAuth } from "better-auth";
 * import { jwt } from "better-auth/plugins";
 *
 * const auth = betterAuth({ plugins: [jwt()] });
 * const api = serverApi({ baseURL: process.env.API_URL });
 *
 * export const loadTasks = (request: Request) =>
 *   api.for(betterAuthToken(auth, request.headers))("/api/tasks");
 * ```
 */
export function betterAuthToken(auth: BetterAuthTokenServer, headers: Headers): BetterAuthGetToken;
export function betterAuthToken(
  auth: BetterAuthTokenClient | BetterAuthTokenServer,
  headers?: Headers,
): BetterAuthGetToken {
  return headers === undefined
    ? tokenOfClient(auth as BetterAuthTokenClient)
    : tokenOfServer(auth as BetterAuthTokenServer, headers);
}

function tokenOfClient(authClient: BetterAuthTokenClient): BetterAuthGetToken {
  return async () => {
    let retryAfter: number | undefined;
    const onError = ({ response }: { response: Response }): void => {
      retryAfter = secondsToWait(response.headers);
    };
    return toToken(
      await authClient.token({ fetchOptions: { onError } }).then(tokenOrStatus, statusOf),
      retryAfter,
    );
  };
}

function tokenOfServer(auth: BetterAuthTokenServer, headers: Headers): BetterAuthGetToken {
  const tokens = createTokenStore({
    getToken: async () => toToken(await auth.api.getToken({ headers }).then(tokenOrStatus, statusOf)),
    deadline: 300_000,
    now: () => Date.now(),
    onAnswer() {},
  });
  return async ({ rejected } = { rejected: undefined }) =>
    (await (rejected === undefined ? tokens.current() : tokens.replace(rejected))) ?? null;
}

/** @param answer - the token, or the status that came instead */
function toToken(answer: string | number | undefined, retryAfter?: number): string | null {
  if (typeof answer === "string") return answer;
  if (answer === 401) return null;
  const reason = answer === undefined ? "the response has no token" : `status ${answer}`;
  throw new TokenUnavailableError(`Better Auth did not return a token: ${reason}`, {
    status: answer,
    retryAfter,
  });
}

/** Better Auth's client returns `{ data, error }`, or only the data if it was created with `throw: true`. */
function tokenOrStatus(answer: unknown): string | number | undefined {
  const { data, error, token } = (answer ?? {}) as { data?: unknown; error?: unknown; token?: unknown };
  const found = token ?? (data as { token?: unknown } | null | undefined)?.token;
  return typeof found === "string" && found !== "" ? found : readStatus(error);
}

/**
 * Better Auth's client with `throw: true` throws an error with a `status`, and its server one with a
 * `statusCode`. An error without either comes from `fetch` or a database.
 */
function statusOf(error: unknown): number {
  const status = readStatus(error);
  if (status === undefined) throw error;
  return status;
}

function readStatus(error: unknown): number | undefined {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  return [status, statusCode].find((value) => typeof value === "number");
}

/** RFC 9110 section 10.2.3: seconds or a date. Better Auth's rate limit sends `X-Retry-After`, in seconds. */
function secondsToWait(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-retry-after");
  if (text === null) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
