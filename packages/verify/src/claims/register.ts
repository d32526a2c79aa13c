import type { Principal, TokenClaims } from "./principal.ts";

/**
 * For frameworks whose request has one type in the whole app (Fastify, Express, Koa): tells them what your
 * verifier's `claims` schema makes of a token, so that `request.principal.claims` has that type everywhere.
 *
 * ```ts
 * declare module "@usher-auth/verify" {
 *   interface Register { verifier: typeof verifier }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be merged with the app's own declaration.
export interface Register {}

/** The claims of the verifier in {@link Register}; without one, those of a token. */
export type RegisteredClaims = Register extends {
  verifier: { verifySync(token: string): Principal<infer Claims> };
}
  ? Claims
  : TokenClaims;
