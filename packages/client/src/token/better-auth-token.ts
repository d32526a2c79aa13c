import { TokenUnavailableError } from "../errors.ts";

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
 * Makes a `getToken` function for {@link createApiClient} from Better Auth's client.
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
export function betterAuthToken(authClient: BetterAuthTokenClient): () => Promise<string | null> {
  return async () => {
    let retryAfter: number | undefined;
    const onError = ({ response }: { response: Response }): void => {
      retryAfter = secondsToWait(response.headers);
    };
    const answer = await authClient.token({ fetchOptions: { onError } }).then(tokenOrStatus, statusOf);
    if (typeof answer === "string") return answer;
    if (answer === 401) return null;
    const reason = answer === undefined ? "the response has no token" : `status ${answer}`;
    throw new TokenUnavailableError(`Better Auth did not return a token: ${reason}`, {
      status: answer,
      retryAfter,
    });
  };
}

/** Better Auth's client returns `{ data, error }`, or only the data if it was created with `throw: true`. */
function tokenOrStatus(answer: unknown): string | number | undefined {
  const { data, error, token } = (answer ?? {}) as { data?: unknown; error?: unknown; token?: unknown };
  const found = token ?? (data as { token?: unknown } | null | undefined)?.token;
  return typeof found === "string" && found !== "" ? found : readStatus(error);
}

/** With `throw: true`, Better Auth throws an error with a status. An error without one comes from `fetch`. */
function statusOf(error: unknown): number {
  const status = readStatus(error);
  if (status === undefined) throw error;
  return status;
}

function readStatus(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null | undefined)?.status;
  return typeof status === "number" ? status : undefined;
}

/** RFC 9110 section 10.2.3: seconds or a date. Better Auth's rate limit sends `X-Retry-After`, in seconds. */
function secondsToWait(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-retry-after");
  if (text === null) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
