import { TokenUnavailableError } from "../errors.ts";
import { callGetToken } from "../token/get-token.ts";
import { readSubject } from "../token/token-claims.ts";
import { ProxyProblem } from "./problem-response.ts";

/** Milliseconds for one call of `getToken`. */
const deadline = 10_000;

/** Fetches the token of a request's user. It may throw, reject, hang, or return anything. */
export type GetRequestToken = (
  request: Request,
) => string | null | undefined | PromiseLike<string | null | undefined>;

/**
 * The token of the request's session.
 *
 * @throws {ProxyProblem} `signed_out`: there is no session. `token_unavailable`: it is not known whether there
 *   is one. `user_changed`: it is another user's than the page expects.
 */
export async function tokenOfSession(request: Request, getToken: GetRequestToken): Promise<string> {
  const token = await callGetToken(() => getToken(request), { rejected: undefined }, deadline).catch(
    (cause: unknown) => {
      throw new ProxyProblem("token_unavailable", {
        cause,
        headers: { "retry-after": secondsToWait(cause) },
      });
    },
  );
  if (token === undefined) throw new ProxyProblem("signed_out");
  const expected = request.headers.get("usher-expected-user");
  if (expected !== null && expected !== readSubject(token)) throw new ProxyProblem("user_changed");
  return token;
}

function secondsToWait(error: unknown): string {
  const seconds = error instanceof TokenUnavailableError ? (error.retryAfter ?? 1) : 1;
  return String(Math.min(Math.max(Math.ceil(seconds), 1), 3600));
}
