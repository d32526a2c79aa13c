import type { Principal, TokenClaims } from "./principal.ts";

/**
 * Types `request.principal.claims` in frameworks whose request has one type for the whole application
 * (Fastify, Express, Koa): declare your verifier once, and its `claims` schema gives the type.
 *
 * @example
 * ```ts no-check
 * // The declaration changes the type in the whole program.
 * declare module "@usher-auth/verify" {
 *   interface Register {
 *     verifier: typeof verifier;
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be merged with the app's own declaration.
export interface Register {}

/** The claims of the verifier in {@link Register}; without one, {@link TokenClaims}. */
export type RegisteredClaims = Register extends {
  verifier: { verifySync(token: string): Principal<infer Claims> };
}
  ? Claims
  : TokenClaims;
