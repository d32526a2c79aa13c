import { createTestIssuer, type SigningAlgorithm, type TestIssuer } from "@usher-auth/testing";

/** Tokens to verify, and their issuer. */
export interface TokenSet {
  readonly issuer: TestIssuer;
  readonly algorithm: SigningAlgorithm;
  readonly tokens: readonly string[];
}

/**
 * Makes distinct tokens of about `length` characters with the claims that Better Auth's own `jwt()` adds: the
 * whole user. The `image` claim is padded to reach the length.
 *
 * @param issuerUrl The `iss` of the tokens. Default: that of the test issuer.
 */
export function makeTokens(
  algorithm: SigningAlgorithm,
  length: number,
  count: number,
  issuerUrl?: string,
): TokenSet {
  const issuer = createTestIssuer({ algorithm, ...(issuerUrl !== undefined && { issuer: issuerUrl }) });
  const tokenOf = (number: number, padding: number) =>
    issuer.tokenFor(`user-${String(number).padStart(8, "0")}`, {
      expiresIn: 86_400,
      claims: {
        ...(length >= 500 && {
          emailVerified: false,
          createdAt: "2026-01-01T00:00:00.000Z",
          updatedAt: "2026-01-01T00:00:00.000Z",
        }),
        ...(length < 500 && { sid: undefined, email: undefined, jti: undefined }),
        image: "x".repeat(padding),
      },
    });
  const missing = length - tokenOf(0, 0).length;
  const padding = Math.max(0, Math.floor((missing * 3) / 4));
  return {
    issuer,
    algorithm,
    tokens: Array.from({ length: count }, (_, number) => tokenOf(number, padding)),
  };
}
