import { GenerationCache } from "./cache.ts";
import { checkClaims } from "./claims.ts";
import { AuthError } from "./errors.ts";
import { deepFreeze } from "./freeze.ts";
import { parseJsonSegment } from "./json.ts";
import { readOptions, type VerifierOptions } from "./options.ts";
import type { Principal, TokenClaims } from "./principal.ts";
import { type VerificationKey, verifySignature } from "./signature.ts";
import { parseToken, type UnverifiedToken } from "./token.ts";

/** Turns tokens into principals. Makes no token, ever. */
export interface Verifier<Claims = TokenClaims> {
  /**
   * Verifies a token with the keys at hand. Never does I/O.
   *
   * @throws {AuthError} Any code of the list but those about the request as a whole.
   */
  verifySync(token: string): Principal<Claims>;
  /** As {@link verifySync}; where the key is unknown and its source can refresh, refreshes once and tries once more. */
  verify(token: string): Promise<Principal<Claims>>;
  /**
   * As {@link verify}, and synchronous whenever it can be: a promise comes back only where keys must be fetched.
   * For adapters, which then need no promise for most requests. Throws synchronously where it fails synchronously.
   */
  verifyEagerly(token: string): Principal<Claims> | Promise<Principal<Claims>>;
}

/**
 * Makes a verifier of Better Auth's tokens.
 *
 * Checks every option now and throws at once. Checks of each token: form and length, algorithm, key, signature, then
 * `sub`, `iss`, `aud`, `exp`, `nbf`, `iat`, and the `claims` schema. Does NOT check what the user may do, whether the
 * session still exists at the issuer, or whose path is asked for: the latter is the guard's part.
 *
 * @throws {ConfigurationError} An option that cannot be right.
 */
export function createVerifier<Claims = TokenClaims>(options: VerifierOptions<Claims>): Verifier<Claims> {
  const { sources, algorithms, form, policy, readClaims, cacheSize, clock } = readOptions(options);
  const verified = cacheSize === 0 ? undefined : new GenerationCache<Principal<Claims>>(cacheSize);

  function verifySync(token: string): Principal<Claims> {
    if (typeof token !== "string") throw new AuthError("token_malformed", { hint: "the token is no string" });
    const now = clock() / 1000;
    // The length first: not even a look-up is spent on an endless token.
    const known = token.length <= form.maxTokenLength ? verified?.get(token) : undefined;
    if (known !== undefined) {
      if (isCurrent(known, now)) return known;
      verified?.delete(token);
    }
    const parts = parseToken(token, form);
    checkSignature(parts);
    const claims = parseJsonSegment(parts.payloadSegment);
    if (claims === undefined)
      throw new AuthError("claims_invalid", { hint: "the payload is not a JSON object in UTF-8" });
    checkClaims(claims, policy, now);

    const principal: Principal<Claims> = deepFreeze({
      id: claims.sub,
      ...(claims.sid !== undefined && { sessionId: claims.sid }),
      ...(claims.iat !== undefined && { issuedAt: claims.iat }),
      expiresAt: claims.exp,
      claims: readClaims(claims),
    });
    verified?.set(token, principal);
    return principal;
  }

  /** Of what was checked once, only time can turn against a token: its end, its age, and `nbf`, which only gets truer. */
  function isCurrent(principal: Principal<Claims>, now: number): boolean {
    const earliest = now - policy.clockTolerance;
    if (principal.expiresAt <= earliest) return false;
    return policy.maxTokenAge === undefined || (principal.issuedAt ?? 0) + policy.maxTokenAge > earliest;
  }

  function checkSignature({ header, signingInput, signature }: UnverifiedToken): void {
    if (!algorithms.has(header.alg)) throw new AuthError("algorithm_rejected", { hint: explainAlgorithm(header.alg) });
    const candidates: VerificationKey[] = sources.flatMap((source) => source.candidates(header));
    if (candidates.length === 0) throw new AuthError("key_unknown", { hint: "no key of any source fits this token" });
    if (candidates.some((key) => verifySignature(key, signingInput, signature))) return;
    throw new AuthError("signature_invalid", {
      hint: "changed on its way, or signed with another secret: compare the fingerprints that issuer and API print at start",
    });
  }

  function explainAlgorithm(alg: string): string {
    const expected = [...algorithms].join(", ");
    if (/^(?:Ed|ES|RS|PS)/.test(alg) && [...algorithms].every((name) => name.startsWith("HS"))) {
      return `expected ${expected}, the token is signed with a key pair: Better Auth's jwt() signs so unless usherJwt() of @usher-auth/issuer takes its place`;
    }
    return `expected ${expected}`;
  }

  function verifyEagerly(token: string): Principal<Claims> | Promise<Principal<Claims>> {
    try {
      return verifySync(token);
    } catch (error) {
      const refreshable = sources.filter((source) => source.refresh !== undefined);
      const curable = error instanceof AuthError && error.code === "key_unknown" && refreshable.length > 0;
      if (!curable) throw error;
      return Promise.all(refreshable.map((source) => source.refresh?.())).then(() => verifySync(token));
    }
  }

  return { verifySync, verifyEagerly, verify: async (token) => verifyEagerly(token) };
}
