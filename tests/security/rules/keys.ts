import type { Place, Rule } from "./rule.ts";

/** The verifier offers a token to a source only for the algorithms that the source says it has. */
const ring: Place = ["keys/key-resolver.ts", "if (!source.algorithms.has(algorithm)) continue;", ""];
/** A shared secret looks again, by itself. */
const secret: Place = ["keys/secret/secret-keys.ts", "header.alg === algorithm ? keys() : []", "keys()"];
/** And so does a key set, key by key. */
const keySet: Place = ["keys/jwks/key-set.ts", "key.algorithm === algorithm &&\n", ""];

/** Which key serves which algorithm, and what may be a key. */
export const keyRules: readonly Rule[] = [
  {
    id: "key-decides",
    text: "The key decides the algorithm, and never the token's header",
    kept: [ring, secret],
  },
  {
    id: "one-algorithm",
    text: "A key serves one algorithm and no other",
    kept: [keySet],
  },
  {
    id: "none",
    text: "The algorithm none is refused, and so is every other spelling of a good name",
    kept: [ring, secret],
  },
  {
    id: "secret-for-public",
    text: "A secret never serves an algorithm of public keys",
    kept: [["keys/secret/secret-keys.ts", "if (isSecretAlgorithm(algorithm)) return", "if (true) return"]],
  },
  {
    id: "public-for-secret",
    text: "A public key is never tried for an algorithm of secrets",
    kept: [ring, keySet],
  },
  {
    id: "own-issuer",
    text: "A key vouches for its own issuer and for no other",
    kept: [
      ["claims/claims.ts", "if (vouched.includes(issuer)) return;", "if (accepted.includes(issuer)) return;"],
    ],
  },
  {
    id: "only-true",
    text: "A custom key accepts a signature by true only, and not by a promise",
    kept: [["keys/key-resolver.ts", "if (isSigned === true)", "if (isSigned)"]],
  },
  {
    id: "pem",
    text: "A PEM is refused as a shared secret, at construction",
    kept: [["keys/secret/strength.ts", 'text.includes("-----BEGIN ") || ', ""]],
  },
  {
    id: "jwk",
    text: "A JWK or a JWKS is refused as a shared secret, at construction",
    kept: [["keys/secret/strength.ts", 'return "kty" in value || "keys" in value;', "return false;"]],
  },
  {
    id: "short-secret",
    text: "A secret under 32 bytes is refused",
    kept: [["keys/secret/strength.ts", "if (bytes.length < shortest) {", "if (false) {"]],
  },
  {
    id: "known-secret",
    text: "A secret that everybody knows is refused",
    kept: [["keys/secret/strength.ts", "if (knownSecrets.has(text)) {", "if (false) {"]],
  },
  {
    id: "easy-secret",
    text: "A secret that is easy to guess is warned of",
    kept: [["keys/secret/strength.ts", "if (estimateBits(bytes) < enoughBits) {", "if (false) {"]],
  },
];
