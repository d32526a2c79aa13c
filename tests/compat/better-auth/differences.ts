/** What differs from Better Auth's `jwt()` on purpose, by the tests of Better Auth that show it. */
export interface Difference {
  readonly reason: string;
  /** Where a user finds it. */
  readonly documented: string;
  /** In Better Auth's repository. */
  readonly file: string;
  readonly titles: readonly string[];
}

const jwt = "packages/better-auth/src/plugins/jwt/jwt.test.ts";
const provider = "packages/oauth-provider/src";
const guide = "docs/guide/coming-from-jwt.md";
const algorithms = ["EdDSA", "ES256", "ES512", "PS256", "RS256"];

export const differences: readonly Difference[] = [
  {
    reason: "Tokens have a few claims, not the user's row: there is no `id` to compare `sub` with.",
    documented: `${guide}#tokens`,
    file: jwt,
    titles: [
      "jwt should set subject to user id by default",
      ...algorithms.flatMap((algorithm) => {
        const name = `${algorithm}${algorithm === "EdDSA" ? "(Ed25519)" : ""} algorithm`;
        return [
          `jwt ${name}: Should set subject to user id by default`,
          `jwt ${name} without private key encryption: Should set subject to user id by default`,
        ];
      }),
    ],
  },
  {
    reason: "auth.api.signJWT signs for this issuer, this audience and at most this lifetime only.",
    documented: `${guide}#endpoints`,
    file: jwt,
    titles: algorithms.flatMap((algorithm) => [
      `signJWT - alg: ${algorithm} should sign a JWT`,
      `signJWT - alg: ${algorithm} should be a valid JWT`,
    ]),
  },
  {
    reason: "auth.api.signJWT does not sign for another issuer: here an ID token with a second audience.",
    documented: `${guide}#endpoints`,
    file: `${provider}/logout.test.ts`,
    titles: ["oauth logout resolves a valid multi-audience logout hint through azp"],
  },
  {
    reason: "jwt.sign and jwks.remoteUrl do not exist: HS256 signs with the shared secret.",
    documented: `${guide}#options`,
    file: jwt,
    titles: [
      "jwt - remote signing should fail if sign is defined and remoteUrl is not",
      "jwt - remote url should require specifying the alg when using remoteUrl",
      "jwt - remote url should disable /jwks endpoint when remoteUrl is configured",
      "jwt - remote url should work with custom sign function and remoteUrl",
      "jwt - remote url should not interfere with other JWT endpoints when remoteUrl is set",
    ],
  },
  {
    reason: "jwks.remoteUrl does not exist: the provider's metadata names the instance's own JWKS.",
    documented: `${guide}#options`,
    file: `${provider}/metadata.test.ts`,
    titles: ["oauth metadata should use the remoteJwks url"],
  },
  {
    reason: "adapter and jwksPath do not exist: the keys are in Better Auth's database, and at /jwks.",
    documented: `${guide}#options`,
    file: jwt,
    titles: [
      "jwt - custom adapter should use custom adapter",
      "jwt - custom jwksPath should use custom jwksPath when specified",
    ],
  },
  {
    reason: "A secret under 32 bytes is refused, also where it only encrypts the key pairs.",
    documented: "packages/issuer/README.md#when-it-fails",
    file: jwt,
    titles: [
      "jwt - JWKS minting inside an active transaction mints the first signing key through the " +
        "transaction-scoped adapter instead of deadlocking on the connection",
    ],
  },
  {
    reason: "rotationInterval is at least an hour, and gracePeriod at least twice the lifetime of a token.",
    documented: `${guide}#options`,
    file: "packages/better-auth/src/plugins/jwt/rotation.test.ts",
    titles: [
      "jwt rotation should rotate keys when expired",
      "jwt rotation should return keys within grace period",
    ],
  },
];
