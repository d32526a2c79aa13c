import { TokenUnavailableError } from "../errors.ts";
import { callGetToken } from "../token/get-token.ts";
import { readSubject } from "../token/token-claims.ts";
import { ProxyProblem } from "./problem-response.ts";

/** Milliseconds for one call of `getToken`. */
const deadline = 10_000;

/** Who sends a request, by its session cookie. */
export type Session = {
  readonly token: string;
  /** `Set-Cookie` fields of Better Auth: it has extended the session. */
  readonly cookies: readonly string[];
};

/**
 * Fetches the token of a request's user. It may throw, reject, hang, or return anything.
 *
 * @param cookies - gets the cookies that the browser must store
 */
export type GetSessionToken = (
  request: Request,
  cookies: string[],
) => string | null | undefined | PromiseLike<string | null | undefined>;

/**
 * The session of a request.
 *
 * @throws {ProxyProblem} `signed_out`: there is none. `token_unavailable`: it is not known whether there is
 *   one. `user_changed`: it is another user's than the page expects.
 */
export async function sessionOf(request: Request, getToken: GetSessionToken): Promise<Session> {
  const cookies: string[] = [];
  const token = await callGetToken(() => getToken(request, cookies), { rejected: undefined }, deadline).catch(
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
  return { token, cookies };
}

function secondsToWait(error: unknown): string {
  const seconds = error instanceof TokenUnavailableError ? Math.ceil(error.retryAfter ?? 1) : 1;
  return String(seconds >= 1 ? Math.min(seconds, 3600) : 1);
}
