import { callGetToken, type GetToken } from "../token/get-token.ts";
import type { TokenSession, Tokens } from "../token/tokens.ts";

/**
 * Tokens of one request to a server. Caches nothing: `getToken` may read the request that is current in its
 * framework (`headers()` of Next.js), and then each call must get its own request's token.
 *
 * @param deadline - milliseconds for one call of `getToken`
 */
export function createRequestTokens(getToken: GetToken, deadline: number): Tokens {
  const fetchToken = (rejected?: string) => callGetToken(getToken, { rejected }, deadline);
  const session: TokenSession = { ended: undefined };
  return {
    session: () => session,
    current: () => fetchToken(),
    replace: fetchToken,
    discard() {},
  };
}
