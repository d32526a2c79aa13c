import { callWithDeadline } from "../deadline.ts";
import { TokenUnavailableError } from "../errors.ts";
import { statusOfApiError } from "./better-auth-answer.ts";

/** What a {@link GetToken} function gets about the call that needs the token. */
export type GetTokenContext = {
  /**
   * The token that the API has rejected. A `getToken` that caches tokens must not return it again. Undefined
   * if none was rejected.
   */
  readonly rejected: string | undefined;
};

/**
 * Fetches the user's token. Returns null, undefined or "" only if the user is signed out. Throws on a network
 * failure, a 429 or a 5xx; the calls that need the token then reject with that error.
 *
 * @example
 * ```ts
 * import type { GetToken } from "@usher-auth/client";
 *
 * export const getToken: GetToken = async () => {
 *   const response = await fetch("/api/auth/token");
 *   if (response.status === 401) return null;
 *   if (!response.ok) throw new Error(`/api/auth/token answered ${response.status}`);
 *   return (await response.json()).token;
 * };
 * ```
 */
export type GetToken = {
  (context: GetTokenContext): string | null | undefined | PromiseLike<string | null | undefined>;
  /** How `createApiClient` learns that this page has changed the session, such as by a sign-out. Optional. */
  readonly onSessionChange?: OnSessionChange;
};

/**
 * Calls the listener after each change of the user's session that this page makes: sign-in, sign-out, another
 * organization.
 *
 * @returns a function that removes the listener
 */
export type OnSessionChange = (listener: () => void) => () => void;

/**
 * `b64token` of RFC 6750 section 2.1. Checked here because the error of an invalid header would quote the
 * token.
 */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** `getToken` did not answer in time. A separate class, because the next call tries again at once. */
export class GetTokenTimeout extends TokenUnavailableError {}

/**
 * Calls the application's `getToken`.
 *
 * @param deadline - milliseconds
 * @returns the token, or undefined if the user is signed out
 * @throws {TokenUnavailableError} `getToken` did not answer in time.
 * @throws {TypeError} It returned something that is not a bearer token.
 */
export async function callGetToken(
  getToken: GetToken,
  context: GetTokenContext,
  deadline: number,
): Promise<string | undefined> {
  const timeout = () => new GetTokenTimeout(`getToken did not answer within ${deadline} ms`);
  const answer = callWithDeadline(() => getToken(context), deadline, timeout);
  return requireToken(await answer.catch(signedOutOrThrow));
}

/** `auth.api.getToken()` throws this error of Better Auth if nobody is signed in. */
function signedOutOrThrow(error: unknown): undefined {
  if (statusOfApiError(error) === 401) return undefined;
  throw error;
}

function requireToken(token: unknown): string | undefined {
  if (token === null || token === undefined || token === "") return undefined;
  if (typeof token !== "string" || !BEARER_TOKEN.test(token)) {
    throw new TypeError(
      "getToken must return a bearer token (RFC 6750 section 2.1), or null when the user is signed out",
    );
  }
  return token;
}
