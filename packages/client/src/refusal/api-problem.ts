import type { AuthErrorCode } from "./error-codes.ts";

/**
 * Why an API rejected a request: the problem of an error response (RFC 9457). Made by {@link readProblem}.
 *
 * The body is the API's text: members of another type than stated here are undefined.
 */
export type ApiProblem = {
  /** The response's status. */
  readonly status: number;
  /** The code to switch on: one of the guard's, or one of the API's own. */
  readonly code: AuthErrorCode | (string & Record<never, never>);
  /** The code in words. */
  readonly title: string | undefined;
  /** One sentence for the developer. */
  readonly detail: string | undefined;
  /** With `scope_insufficient`: the scopes that are needed, if the API names them. */
  readonly scopes: readonly string[] | undefined;
  /** With `reauthentication_required`: how long ago the user may have signed in, in seconds. */
  readonly maxAge: number | undefined;
};
