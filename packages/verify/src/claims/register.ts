import type { Principal, TokenClaims } from "./principal.ts";

/**
 * Declares the type of the app's verifier, so that `request.principal.claims` has the type of its `claims`
 * schema everywhere. For frameworks whose request has one type in the whole app: Fastify, Express, Nest, h3.
 *
 * @example
 * ```ts alone
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 * import { z } from "zod";
 *
 * export const verifier = createVerifier({
 *   keys: sharedSecret(process.env.BETTER_AUTH_SECRET),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 *   claims: z.object({ role: z.string() }),
 * });
 *
 * declare module "@usher-auth/verify" {
 *   interface Register {
 *     verifier: typeof verifier;
 *   }
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
