import { TokenUnavailableError } from "./errors.ts";

/**
 * Better Auth's client with `jwtClient()`: `createAuthClient({ plugins: [jwtClient()] })`, of any framework.
 */
export type BetterAuthTokenClient = {
  token(options: {
    fetchOptions: { onError: (context: { response: Response }) => void };
  }): PromiseLike<unknown>;
};

/**
 * A `getToken` for {@link createApiClient} out of Better Auth's client.
 *
 * Null, which means that nobody is signed in, is the answer to a 401 of `GET /token` alone. Anything else
 * that is not a token (a 429, a 5xx, no network, an endpoint that does not exist) rejects, so that nobody is
 * signed out for it: by a {@link TokenUnavailableError} with `status` and, where the answer had a
 * `Retry-After` (or Better Auth's `X-Retry-After`), `retryAfter` in seconds; by `fetch`'s own error where
 * there was no answer.
 *
 * It has no deadline and does not try again: `createApiClient` has the deadline, and the next call tries
 * again.
 *
 * @example
 * ```ts
 * const authClient = createAuthClient({ plugins: [jwtClient()] });
 * const api = createApiClient({ baseURL: "https://api.example.com", getToken: betterAuthToken(authClient) });
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
    const why = answer === undefined ? "its answer has none" : `status ${answer}`;
    throw new TokenUnavailableError(`Better Auth gave no token: ${why}`, { status: answer, retryAfter });
  };
}

/**
 * Better Auth's client answers `{ data, error }`, or the data itself where it was made with `throw: true`.
 */
function tokenOrStatus(answer: unknown): string | number | undefined {
  const { data, error, token } = (answer ?? {}) as { data?: unknown; error?: unknown; token?: unknown };
  const found = token ?? (data as { token?: unknown } | null | undefined)?.token;
  return typeof found === "string" && found !== "" ? found : readStatus(error);
}

/** With `throw: true` it throws the error, which has a status as well. One that has none is `fetch`'s own. */
function statusOf(error: unknown): number {
  const status = readStatus(error);
  if (status === undefined) throw error;
  return status;
}

function readStatus(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null | undefined)?.status;
  return typeof status === "number" ? status : undefined;
}

/** RFC 9110 section 10.2.3: seconds, or a date. Better Auth's rate limit says `X-Retry-After`, in seconds. */
function secondsToWait(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-retry-after");
  if (text === null) return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
