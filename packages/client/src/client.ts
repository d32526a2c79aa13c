import type { ApiClient, ApiClientOptions } from "./client-types.ts";
import { SharedClientError } from "./errors.ts";
import { createStepUp } from "./refusal/step-up.ts";
import { requireNotAborted } from "./request/abort.ts";
import { createAuthorizedCall } from "./request/authorized-call.ts";
import { createDestination } from "./request/destination.ts";
import { prepareRequest } from "./request/prepare-request.ts";
import { createSend } from "./request/send.ts";
import { isSingleUserRuntime } from "./runtime.ts";
import { requireTimeout } from "./timeout.ts";
import { readExpectedUser } from "./token/expected-user.ts";
import { connectOtherTabs } from "./token/other-tabs.ts";
import { createUserTokens } from "./token/user-tokens.ts";

/**
 * Creates a `fetch` for one API that sends the user's token with each request (RFC 6750 section 2.1).
 *
 * - **Destination.** `tasks` and `/tasks` are paths below `baseURL`. An absolute URL must be inside it; any
 *   other URL throws {@link DestinationError} before a token is fetched. Redirects fail (`redirect: "error"`)
 *   unless the caller sets `"manual"`. Cookies are not sent (`credentials: "omit"`) unless the caller sets
 *   `credentials`. An `Authorization` header of the caller throws a TypeError, and so do a `Cookie` header
 *   without `credentials` and a `Request` that is not an instance of the global class.
 * - **Token cache.** The token is cached until 30 seconds before its `exp`, also by a clock that is wrong. A
 *   token that lives for less than a minute is cached for half its lifetime, and one without a readable `exp`
 *   not at all. Concurrent calls share one fetch of the token. After a failure of `getToken`, calls reject
 *   with its error for one second, or for its `retryAfter`.
 * - **Retry.** After a 401 with a problem `code` that a new token may resolve, the request is sent once more,
 *   if the new token differs and has the same `sub`. A body that is a stream is sent only once. The last
 *   response is returned, with any status. Do not change a body before that: it is read when it is sent.
 * - **Recent sign-in.** After a 401 that asks for one, `onReauthenticationRequired` lets the user sign in
 *   again, and the request is sent once more, on the same conditions.
 * - **Sign-out.** Only `getToken` decides that the user is signed out: a second 401 or a 503 does not.
 *   Without a token, the call throws {@link SignedOutError} and sends nothing.
 * - **One user.** The client belongs to the user (`sub`) of its first token, until `clearToken()`. With
 *   another user's token, nothing is sent: calls reject with {@link UserChangedError}, and `onUserChanged` is
 *   called. Tokens without a readable `sub` are not compared. See `singleUser` for servers.
 * - **Other tabs.** Clients of the same API in the tabs of one origin tell each other of a sign-in, a
 *   sign-out, `clearToken()` and `refresh()`, and then ask their own `getToken`. Messages have no token. See
 *   `close`.
 *
 * It does NOT verify the token, and does not throw for an HTTP error status.
 *
 * @throws {TypeError} `baseURL` is not absolute; is not https (or http on a loopback or an allowed host); or
 *   has a user name, password, query or fragment. `getToken` is not a function. `userId` is an empty string.
 *   A timeout is out of range. An entry of `allowInsecureHosts` is not an exact host name.
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
  if (typeof options.userId !== "function") readExpectedUser(options.userId);
  if (typeof options.getToken !== "function")
    throw new TypeError("getToken must be a function that returns the user's token");
  const send = createSend(options.fetch, destination);
  const isSingleUser = options.singleUser === true || isSingleUserRuntime();

  const tokens = createUserTokens({
    getToken: options.getToken,
    deadline: requireTimeout("getTokenTimeout", options.getTokenTimeout ?? 10_000, 300_000),
    now: clockOf(options.now),
    expectedUserId: () => readExpectedUser(options.userId),
    onSignedOut: () => notify("onSignedOut", options.onSignedOut),
    onUserChanged: (event) => notify("onUserChanged", () => options.onUserChanged?.(event)),
    connectTabs: (onMessage) =>
      connectOtherTabs(`@usher-auth/client ${destination.resolve("/").origin}`, onMessage),
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
    tokens.listen();
    const prepared = prepareRequest(destination, input, init);
    try {
      requireNotAborted(prepared.signal);
      return await call(prepared);
    } finally {
      prepared.release();
    }
  }

  function clearToken(): void {
    tokens.listen();
    tokens.clear();
    stepUp?.forget();
  }

  function refresh(): void {
    tokens.listen();
    tokens.refresh();
  }

  tokens.listen();
  return Object.assign(client, { clearToken, refresh, close: tokens.close });
}

/** Without a time, no token is cached. It costs no call. `Date.now` is read at each call: tests replace it. */
function clockOf(now: () => unknown = () => Date.now()): () => number {
  return () => {
    try {
      const time = now();
      if (typeof time === "number") return time;
      // It may be a promise, whose rejection is nobody's.
      Promise.resolve(time).catch(() => undefined);
    } catch {}
    return Number.NaN;
  };
}

/** An error of a listener must not fail the call. */
function notify(name: string, listener: (() => unknown) | undefined): void {
  (async () => await listener?.())().catch((error: unknown) => {
    console.error(`@usher-auth/client: ${name} failed:`, error);
  });
}
