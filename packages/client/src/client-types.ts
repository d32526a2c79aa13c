import type { ReauthenticationRequired } from "./refusal/step-up.ts";
import type { ExpectedUser } from "./token/expected-user.ts";
import type { GetToken } from "./token/get-token.ts";
import type { UserChanged } from "./token/user-tokens.ts";

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
 *   onUserChanged: () => location.reload(),
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
   * Names of other hosts that `baseURL` may reach over plain http: `["10.0.2.2"]` for the Android
   * emulator. Exact names, without scheme, port or wildcard. Others on that network can read the tokens: use
   * it for development only. Default: none.
   */
  allowInsecureHosts?: readonly string[];
  /**
   * Fetches the user's token. Use {@link betterAuthToken} with Better Auth. Return a token that has just been
   * issued, because the client reads from it how wrong the device's clock is. Return null, undefined or ""
   * only if the user is signed out. Throw on a network failure, a 429 or a 5xx: the calls that need the token
   * then reject with that error, and so do those of the next second, without a call of `getToken`. With a
   * {@link TokenUnavailableError} that has `retryAfter`, that lasts so many seconds, from 1 to 60.
   */
  getToken: GetToken;
  /**
   * Timeout of one `getToken` call, in milliseconds from 1 to 300,000. After it, the waiting calls reject
   * with {@link TokenUnavailableError}, and the next call runs `getToken` again. Default: 10,000.
   */
  getTokenTimeout?: number;
  /**
   * Called once when `getToken` reports that the user is signed out, here or in another tab, and again only
   * after there was a token in between. Its result is not awaited. An error that it throws goes to
   * `console.error` and fails no call. Don't call Better Auth's `signOut()` in it: that request may arrive
   * after the next user's sign-in, and end their session.
   */
  onSignedOut?: () => unknown;
  /**
   * The user that the page was made for, if it is known before the first token: a page that a server has
   * rendered, or a client made for the user of a session. Then the first token must be this user's too, and
   * the other tabs know the user before there is a token. A function is called when a client that belongs to
   * no user starts, gets a token or hears of another tab; it returns null or undefined if there is no such
   * user. An error that it throws at a token rejects the calls that wait for it. A string holds for good,
   * also after `clearToken()`. With `userId`, a token without a readable `sub` is refused. Default: the
   * client belongs to the user of its first token.
   */
  userId?: ExpectedUser;
  /**
   * Called once when `getToken` returns another user's token: someone else has signed in, here or in another
   * tab. Nothing was sent with that token. Reload the page, or remove the data of the previous user and call
   * `clearToken()`; until then every call rejects with {@link UserChangedError}. Its result is not awaited.
   * An error that it throws goes to `console.error`.
   */
  onUserChanged?: (event: UserChanged) => unknown;
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
  /**
   * Returns the current time in milliseconds since 1970. If it throws, or returns something else, no token is
   * cached. Default: `Date.now`.
   */
  now?: () => number;
};

/**
 * A `fetch` that sends the user's token. Made by {@link createApiClient}.
 *
 * @example
 * ```ts
 * import type { ApiClient } from "@usher-auth/client";
 *
 * export async function signIn(api: ApiClient, startSession: () => Promise<void>): Promise<void> {
 *   await startSession();
 *   api.clearToken();
 * }
 * ```
 */
export type ApiClient = {
  /**
   * Sends a request with the user's token. Takes the arguments of `fetch`.
   *
   * @throws {SignedOutError} There is no token.
   * @throws {UserChangedError} Another user has signed in.
   * @throws {TokenUnavailableError} `getToken` timed out, or `betterAuthToken` could not get a token.
   * @throws {DestinationError} The URL is outside `baseURL`.
   * @throws {SharedClientError} The client runs on a server without `singleUser: true`.
   * @throws {TypeError} `fetch` failed, the caller set `Authorization`, or `getToken` returned something that
   *   is not a bearer token.
   */
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Removes the cached token and forgets whose it was: the next token decides whose the client is. Call it
   * after a user has signed in. Calls that began before it never use the next user's token. The other tabs
   * ask their `getToken` whether their user is still signed in.
   */
  clearToken(): void;
  /**
   * Makes the next call fetch a new token, here and in the other tabs. Call it when what the token says has
   * changed, for example the user's role. The user stays signed in, and calls in progress continue. Fetches
   * nothing itself. With `betterAuthToken(authClient)`, a change of the active organization does this
   * already.
   */
  refresh(): void;
  /**
   * Stops listening to other tabs and to session changes of this page. A client for the life of the page
   * needs no `close()`. One of a component does, when the component ends, or it is never freed. Calls in
   * progress continue. A later call, `clearToken()` or `refresh()` listens again, so that React's strict mode
   * can end and restart a component.
   */
  close(): void;
};
