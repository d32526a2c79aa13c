import { SharedClientError } from "./errors.ts";
import { createStepUp, type ReauthenticationRequired } from "./refusal/step-up.ts";
import { requireNotAborted } from "./request/abort.ts";
import { createAuthorizedCall } from "./request/authorized-call.ts";
import { createDestination } from "./request/destination.ts";
import { prepareRequest } from "./request/prepare-request.ts";
import { createSend } from "./request/send.ts";
import { isSingleUserRuntime } from "./runtime.ts";
import { requireTimeout } from "./timeout.ts";
import type { GetToken } from "./token/get-token.ts";
import { createTokenStore } from "./token/token-store.ts";

/**
 * Options of {@link createApiClient}.
 *
 * @example
 * ```ts
 * import type { ApiClientOptions } from "@usher-auth/client";
 *
 * const options: ApiClientOptions = {
 *   baseURL: "https://api.example.com/v1",
 *   getToken: async () => localStorage.getItem("token"),
 *   getTokenTimeout: 5_000,
 *   onSignedOut: () => location.assign("/sign-in"),
 * };
 * ```
 */
export type ApiClientOptions = {
  /**
   * The API's absolute URL: https, or http on a loopback host. Requests go to its origin, at or below its
   * path, and nowhere else.
   */
  baseURL: string | URL;
  /**
   * Names of hosts that `baseURL` may reach over plain http, besides loopback: `["10.0.2.2"]` for the Android
   * emulator. Exact names, without scheme, port or wildcard. Others on that network can read the tokens: use
   * it for development only. Default: none.
   */
  allowInsecureHosts?: readonly string[];
  /**
   * Fetches the user's token. Use {@link betterAuthToken} with Better Auth. Return null, undefined or "" only
   * if the user is signed out. Throw on a network failure, a 429 or a 5xx; the calls that need the token then
   * reject with that error.
   */
  getToken: GetToken;
  /**
   * Timeout of one `getToken` call, in milliseconds from 1 to 300,000. After it, the waiting calls reject
   * with {@link TokenUnavailableError}, and the next call runs `getToken` again. Default: 10,000.
   */
  getTokenTimeout?: number;
  /**
   * Called once when `getToken` reports that the user is signed out, and again only after there was a token
   * in between. Its result is not awaited. An error that it throws goes to `console.error` and fails no call.
   */
  onSignedOut?: () => unknown;
  /**
   * Called when the API asks for a more recent sign-in (`reauthentication_required`, RFC 9470): let the user
   * sign in again, and return true once they have. The client then fetches a new token and repeats the
   * request once, if the token is the same user's. Any other result, and an error, leave the 401 to the
   * caller; an error also goes to `console.error`. Calls that need it at the same time share one call of this
   * function. Inside it, do not wait for a call that may need it too. Default: the caller gets the 401.
   */
  onReauthenticationRequired?: (event: ReauthenticationRequired) => boolean | PromiseLike<boolean>;
  /**
   * How long the calls that need it wait for `onReauthenticationRequired`, in milliseconds from 1 to
   * 3,600,000. After it, they resolve to the 401, and the next such call asks again. Default: 600,000.
   */
  reauthenticationTimeout?: number;
  /**
   * Set to true if this client serves one user only: a client made for each request of a server, or a process
   * that one person uses (a command line, a test). Browsers and their workers, React Native and Electron do
   * not need it. In every other runtime, calls throw {@link SharedClientError} without it. Default: false.
   */
  singleUser?: boolean;
  /** Sends a request. Called with one `Request`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Returns the current time in milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
};

/**
 * A `fetch` that sends the user's token. Made by {@link createApiClient}.
 *
 * @example
 * ```ts
 * import type { ApiClient } from "@usher-auth/client";
 *
 * export async function signOut(api: ApiClient, endSession: () => Promise<void>): Promise<void> {
 *   api.clearToken();
 *   await endSession();
 * }
 * ```
 */
export type ApiClient = {
  /**
   * Sends a request with the user's token. Takes the arguments of `fetch`.
   *
   * @throws {SignedOutError} There is no token.
   * @throws {TokenUnavailableError} `getToken` timed out, or `betterAuthToken` could not get a token.
   * @throws {DestinationError} The URL is outside `baseURL`.
   * @throws {SharedClientError} The client runs on a server without `singleUser: true`.
   * @throws {TypeError} `fetch` failed, the caller set `Authorization`, or `getToken` returned something that
   *   is not a bearer token.
   */
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Removes the cached token. Call it at sign-in and at sign-out: calls that began before it never use the
   * next user's token.
   */
  clearToken(): void;
  /**
   * Makes the next call fetch a new token. Call it when what the token says has changed, for example after
   * `organization.setActive`: the API rejects the old token, so this only saves a request. The user stays
   * signed in, and calls in progress continue. Fetches nothing itself.
   */
  refresh(): void;
};

/**
 * Creates a `fetch` for one API that sends the user's token with each request (RFC 6750 section 2.1).
 *
 * - **Destination.** `tasks` and `/tasks` are paths below `baseURL`. An absolute URL must be inside it; any
 *   other URL throws {@link DestinationError} before a token is fetched. Redirects fail (`redirect: "error"`)
 *   unless the caller sets `"manual"`. Cookies are not sent (`credentials: "omit"`) unless the caller sets
 *   `credentials`. An `Authorization` header of the caller throws a TypeError, and so does a `Request` that
 *   is not an instance of the global class.
 * - **Token cache.** The token is cached until 30 seconds before its `exp`. A token without a readable `exp`
 *   is not cached. Concurrent calls share one fetch of the token.
 * - **Retry.** After a 401 with a problem `code` that a new token may resolve, the request is sent once more,
 *   if the new token differs and has the same `sub`. A body that is a stream is sent only once. The last
 *   response is returned, with any status.
 * - **Recent sign-in.** After a 401 that asks for one, `onReauthenticationRequired` lets the user sign in
 *   again, and the request is sent once more, on the same conditions.
 * - **Sign-out.** Only `getToken` decides that the user is signed out: a second 401 or a 503 does not.
 *   Without a token, the call throws {@link SignedOutError} and sends nothing.
 * - **One user.** The client caches one user's token. See `singleUser` for servers.
 *
 * It does NOT verify the token, and does not throw for an HTTP error status.
 *
 * @throws {TypeError} `baseURL` is not absolute; is not https (or http on a loopback or an allowed host); or
 *   has a user name, password, query or fragment. `getToken` is not a function. A timeout is out of range. An
 *   entry of `allowInsecureHosts` is not an exact host name.
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
 * export const loadTasks = (userId: string) => api(`/api/${userId}/tasks`);
 * ```
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const destination = createDestination(options.baseURL, options.allowInsecureHosts);
  if (typeof options.getToken !== "function")
    throw new TypeError("getToken must be a function that returns the user's token");
  const send = createSend(options.fetch, destination);
  const isSingleUser = options.singleUser === true || isSingleUserRuntime();
  let reportedSignedOut = false;

  function signedOut(): void {
    if (reportedSignedOut) return;
    reportedSignedOut = true;
    notify(options.onSignedOut);
  }

  const tokens = createTokenStore({
    getToken: options.getToken,
    deadline: requireTimeout("getTokenTimeout", options.getTokenTimeout ?? 10_000, 300_000),
    // Read at each call, like `fetch`, because tests replace it.
    now: options.now ?? (() => Date.now()),
    onAnswer(token) {
      if (token === undefined) signedOut();
      else reportedSignedOut = false;
    },
  });

  const { onReauthenticationRequired: ask } = options;
  const stepUp =
    ask &&
    createStepUp({
      ask,
      deadline: requireTimeout(
        "reauthenticationTimeout",
        options.reauthenticationTimeout ?? 600_000,
        3_600_000,
      ),
      onSignedIn: tokens.refresh,
    });
  const call = createAuthorizedCall({ tokens, stepUp, send });

  async function client(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (!isSingleUser) throw new SharedClientError();
    const prepared = prepareRequest(destination, input, init);
    try {
      requireNotAborted(prepared.signal);
      return await call(prepared);
    } finally {
      prepared.release();
    }
  }

  function clearToken(): void {
    tokens.clear();
    stepUp?.forget();
  }

  return Object.assign(client, { clearToken, refresh: tokens.refresh });
}

/** An error of a listener must not fail the call. */
function notify(listener: (() => unknown) | undefined): void {
  (async () => await listener?.())().catch((error: unknown) => {
    console.error("@usher-auth/client: onSignedOut failed:", error);
  });
}
