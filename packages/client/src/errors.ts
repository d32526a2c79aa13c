/**
 * Thrown when there is no token to send: `getToken` returned null, undefined or an empty string, or
 * `clearToken()` was called while this call waited for a token. No request was sent.
 *
 * A network failure does not throw it. Errors of `getToken` reach the caller unchanged.
 *
 * @example
 * ```ts
 * import { type ApiClient, SignedOutError } from "@usher-auth/client";
 *
 * export async function loadTasks(api: ApiClient): Promise<Response | undefined> {
 *   try {
 *     return await api("/api/u1/tasks");
 *   } catch (error) {
 *     if (error instanceof SignedOutError) return undefined; // show the sign-in form
 *     throw error;
 *   }
 * }
 * ```
 */
export class SignedOutError extends Error {
  override readonly name = "SignedOutError";
  readonly code = "signed_out";

  /** @param message - replaces the default message */
  constructor(message = "Signed out: there is no token, so no request was sent") {
    super(message);
  }
}

/**
 * Thrown when another user has signed in: the token that `getToken` returned is not of the user that the
 * client, or its page, belongs to. The request was not sent with it. Every later call throws it too, until
 * `clearToken()`.
 *
 * The page still shows the first user's data. Reload it, or remove that data and call `clearToken()`.
 *
 * @example
 * ```ts
 * import { type ApiClient, UserChangedError } from "@usher-auth/client";
 *
 * export async function saveTask(api: ApiClient, body: string): Promise<string> {
 *   try {
 *     await api("/api/u1/tasks", { method: "POST", body });
 *     return "Saved.";
 *   } catch (error) {
 *     if (error instanceof UserChangedError) return "Not saved: someone else has signed in. Reload the page.";
 *     throw error;
 *   }
 * }
 * ```
 */
export class UserChangedError extends Error {
  override readonly name = "UserChangedError";
  readonly code = "user_changed";

  constructor() {
    super(
      "Another user has signed in, and this client belongs to the previous one: no request was sent. " +
        "Reload the page. If users sign in without a reload, remove the previous user's data, and call " +
        "clearToken() of the client after each sign-in.",
    );
  }
}

/**
 * Thrown when `getToken` did not answer in time, or the issuer failed. The user may still be signed in. No
 * request was sent to the API with a new token. A later call tries again: after a second, or `retryAfter`.
 *
 * @example
 * ```ts
 * import { TokenUnavailableError } from "@usher-auth/client";
 *
 * export function secondsToWait(error: unknown): number | undefined {
 *   return error instanceof TokenUnavailableError ? (error.retryAfter ?? 1) : undefined;
 * }
 * ```
 */
export class TokenUnavailableError extends Error {
  override readonly name = "TokenUnavailableError";
  readonly code = "token_unavailable";
  /** The issuer's HTTP status, such as 429 or 503. Undefined if there was no response in time. */
  readonly status: number | undefined;
  /** Seconds to wait before the next attempt, from the issuer's `Retry-After`. Undefined if it sent none. */
  readonly retryAfter: number | undefined;

  /**
   * @param message - what failed, for the log
   * @param details - `status`: the issuer's HTTP status; `retryAfter`: seconds
   */
  constructor(
    message: string,
    { status, retryAfter }: { status?: number | undefined; retryAfter?: number | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Thrown by every call of a client of this entry on a server, where a shared client would send one user's
 * token with another user's request. No token was fetched and no request was sent. On a server, use
 * `serverApi` of `@usher-auth/client/server`. In a process that one person uses, such as a command line or a
 * test, set `singleUser: true`.
 *
 * @example
 * ```ts
 * import { betterAuthToken, serverApi } from "@usher-auth/client/server";
 * import { betterAuth } from "better-auth";
 * import { jwt } from "better-auth/plugins";
 *
 * const auth = betterAuth({ plugins: [jwt()] });
 * const api = serverApi({ baseURL: "https://api.example.com" });
 * export const apiFor = (request: Request) => api.for(betterAuthToken(auth, request.headers));
 * ```
 */
export class SharedClientError extends Error {
  override readonly name = "SharedClientError";
  readonly code = "client_shared";

  constructor() {
    super(
      "createApiClient caches its user's token, and a server's process has many users: " +
        "a shared client would send one user's token for another. " +
        "On a server, use serverApi of @usher-auth/client/server: " +
        "serverApi({ baseURL }).for(betterAuthToken(auth, headers)), with the headers of each request. " +
        "Set singleUser: true in a process that one person uses, such as a command line or a test.",
    );
  }
}

/**
 * Thrown when a request's URL is outside `baseURL`: another origin, or a path that is not below its own. No
 * token was fetched and no request was sent.
 *
 * It is a TypeError, like the errors that `fetch` throws for a request it cannot send.
 *
 * @example
 * ```ts
 * import { type ApiClient, DestinationError } from "@usher-auth/client";
 *
 * export async function isRejected(api: ApiClient): Promise<boolean> {
 *   const error: unknown = await api("https://other.example/").catch((reason: unknown) => reason);
 *   return error instanceof DestinationError;
 * }
 * ```
 */
export class DestinationError extends TypeError {
  override readonly name = "DestinationError";
  readonly code = "destination_refused";
}
