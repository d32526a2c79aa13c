import { AuthError, createVerifier, type KeySource } from "@usher-auth/verify";
import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";

/** What the token's claims are held against. `undefined`: it is not known, and not checked. */
export interface Expected {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Everything that the verifier has against the claims: where it would stop at the first, the fault is
 * forgiven and it is asked again. The signature is not looked at: whose it is, another theme says.
 */
export function claimErrors(token: string, { claims }: UnverifiedJwt, expected: Expected): AuthError[] {
  const errors: AuthError[] = [];
  let issuer = expected.issuer ?? textOr(claims.iss, "unknown");
  let audience = expected.audience ?? null;
  let now = expected.now;
  for (;;) {
    const error = firstError(token, issuer, audience, now);
    if (error === undefined || errors.some(({ code }) => code === error.code)) return errors;
    errors.push(error);
    if (error.code === "issuer_rejected") issuer = textOr(claims.iss, issuer);
    else if (error.code === "audience_rejected") audience = null;
    else if (error.code === "token_expired") now = Number(claims.exp) - 1;
    else if (error.code === "token_not_yet_valid")
      now = Math.max(Number(claims.nbf ?? 0), Number(claims.iat ?? 0));
    else return errors;
  }
}

function firstError(
  token: string,
  issuer: string,
  audience: string | null,
  now: number,
): AuthError | undefined {
  const verifier = createVerifier({
    keys: acceptAnySignature,
    issuer,
    audience,
    maxTokenLength: longestToken,
    cache: false,
    clock: () => now * 1000,
  });
  try {
    verifier.verifySync(token);
    return undefined;
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
}

/** The most that a verifier looks at. That a token is long is said elsewhere. */
const longestToken = 65_536;

const algorithms = ["HS256", "HS384", "HS512", "EdDSA", "ES256", "ES384", "ES512"] as const;
const rsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/**
 * Vouches for every signature. It exists so that the claims of a token can be judged whose signature is
 * judged already, or by nobody: in a diagnosis, never to let anybody in.
 */
const acceptAnySignature: KeySource = {
  algorithms: new Set([...algorithms, ...rsaAlgorithms]),
  candidates: ({ alg }) => {
    const algorithm = [...algorithms, ...rsaAlgorithms].find((known) => known === alg);
    return algorithm === undefined ? [] : [{ algorithm, verify: () => true }];
  },
};

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}
