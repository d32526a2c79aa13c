import { IssuerError } from "../errors.ts";

/** Characters. The default limit of `@usher-auth/verify`, and below the header limits of common servers. */
const maxTokenLength = 8192;

/** @throws {IssuerError} when the token is longer than 8192 characters: APIs would reject it */
export function requireLength(token: string): void {
  if (token.length <= maxTokenLength) return;
  throw new IssuerError(
    `usherJwt: the token has ${token.length} characters and APIs accept 8192. Return less from claims.`,
  );
}
