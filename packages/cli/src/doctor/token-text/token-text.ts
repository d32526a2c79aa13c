import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { kindOf, type SentKind } from "./kind.ts";
import { unwrap, type Wrapping } from "./unwrap.ts";

/** What was sent: the thing itself, what was wrapped around it by mistake, and what it is. */
export interface Sent {
  readonly token: string;
  readonly wrappings: readonly Wrapping[];
  readonly kind: SentKind;
  /** The token's own words, where it is a compact JWS. Not verified. */
  readonly jwt: UnverifiedJwt | undefined;
}

/**
 * Takes apart what was given as the token. A token of `ownIssuer` is no other provider's, whatever it looks
 * like.
 */
export function readSent(text: string, ownIssuer: string | undefined): Sent {
  const { token, wrappings } = unwrap(text);
  return { token, wrappings, ...kindOf(token, ownIssuer) };
}
