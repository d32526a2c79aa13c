import { AuthError, createVerifier, type VerifierOptions } from "@usher-auth/verify";
import { keySource } from "@usher-auth/verify/keys";
import { isAccessToken } from "../../input/token-kind.ts";
import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";

/** The expected claims. `undefined`: unknown, and not checked. */
export interface Expected {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** The scopes that an access token needs. */
  readonly scopes?: readonly string[] | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

type Rules = Pick<VerifierOptions, "issuer" | "audience" | "accessTokens">;

/**
 * Every error that the verifier finds in the claims. It stops at the first error, so this function corrects
 * the expectation and verifies again. The signature is not checked here: checkSignature does that.
 */
export function claimErrors(token: string, jwt: UnverifiedJwt, expected: Expected): AuthError[] {
  const { claims } = jwt;
  const errors: AuthError[] = [];
  let issuer = expected.issuer ?? textOr(claims.iss, "unknown");
  let audience = expected.audience ?? null;
  let scopes = expected.scopes ?? null;
  let now = expected.now;
  const rules = (): Rules => {
    if (!isAccessToken(jwt)) return { issuer, audience };
    const [own] = [claims.aud].flat();
    const accessTokens = { issuer, audience: audience ?? textOr(own, "unknown"), scopes };
    return { issuer: "unknown", audience: "unknown", accessTokens };
  };
  for (;;) {
    const error = firstError(token, rules(), now);
    if (error === undefined || errors.some(({ code }) => code === error.code)) return errors;
    errors.push(error);
    if (error.code === "issuer_rejected") issuer = textOr(claims.iss, issuer);
    else if (error.code === "audience_rejected") audience = null;
    else if (error.code === "scope_insufficient") scopes = null;
    else if (error.code === "token_expired") now = Number(claims.exp) - 1;
    else if (error.code === "token_not_yet_valid")
      now = Math.max(Number(claims.nbf ?? 0), Number(claims.iat ?? 0));
    else return errors;
  }
}

function firstError(token: string, rules: Rules, now: number): AuthError | undefined {
  const verifier = createVerifier({
    keys: acceptAnySignature,
    ...rules,
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

/** The largest limit that a verifier accepts. checkSize reports a long token. */
const longestToken = 65_536;

const algorithms = ["HS256", "HS384", "HS512", "EdDSA", "ES256", "ES384", "ES512"] as const;
const rsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/** Accepts every signature, so that the claims can be checked on their own. Only for a diagnosis. */
const acceptAnySignature = keySource({
  algorithms: new Set([...algorithms, ...rsaAlgorithms]),
  candidates: ({ alg }) => {
    const algorithm = [...algorithms, ...rsaAlgorithms].find((known) => known === alg);
    return algorithm === undefined ? [] : [{ algorithm, verify: () => true }];
  },
});

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" && value !== "" ? value : fallback;
}
