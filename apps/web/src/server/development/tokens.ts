import type { Auth } from "../auth/auth.ts";

/** The session that a token is for. */
export interface TokenOwner {
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * A token that ends within one and a half seconds. The API accepts it for a few seconds more, by its clock
 * tolerance. The issuer signs no token that has already expired, so half a second is left for signing it.
 */
export async function expiringToken(auth: Auth, { userId, sessionId }: TokenOwner): Promise<string> {
  const exp = Math.ceil(Date.now() / 1000 + 0.5);
  const { token } = await auth.api.signJWT({ body: { payload: { sub: userId, sid: sessionId, exp } } });
  return token;
}

/** A token as another API of the same users gets it: the audience is that of the given Better Auth. */
export async function otherAudienceToken(other: Auth, { userId, sessionId }: TokenOwner): Promise<string> {
  const { token } = await other.api.signJWT({ body: { payload: { sub: userId, sid: sessionId } } });
  return token;
}
