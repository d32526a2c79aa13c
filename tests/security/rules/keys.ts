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
    text: "The key decides the algorithm, never the token's header",
    kept: [ring, secret],
  },
  {
    id: "one-algorithm",
    text: "A key is used for one algorithm only",
    kept: [keySet],
  },
  {
    id: "none",
    text: "The algorithm none and other spellings of valid names are rejected",
    kept: [ring, secret],
  },
  {
    id: "secret-for-public",
    text: "A secret is never used for a public-key algorithm",
    kept: [["keys/secret/secret-keys.ts", "if (isSecretAlgorithm(algorithm)) return", "if (true) return"]],
  },
  {
    id: "public-for-secret",
    text: "A public key is never used for a secret-key algorithm",
    kept: [ring, keySet],
  },
  {
    id: "own-issuer",
    text: "A key is only trusted for its own issuer",
    kept: [["claims/claims.ts", "if (vouched === undefined || vouched.includes(issuer)) return;", "return;"]],
  },
  {
    id: "only-true",
    text: "A custom key accepts a signature by returning true, and not by a promise",
    kept: [["keys/key-resolver.ts", "if (isSigned === true)", "if (isSigned)"]],
  },
  {
    id: "pem",
    text: "A PEM as a shared secret is rejected at construction",
    kept: [["keys/secret/strength.ts", 'text.includes("-----BEGIN ") || ', ""]],
  },
  {
    id: "jwk",
    text: "A JWK or a JWKS as a shared secret is rejected at construction",
    kept: [["keys/secret/strength.ts", 'return "kty" in value || "keys" in value;', "return false;"]],
  },
  {
    id: "short-secret",
    text: "A secret under 32 bytes is rejected",
    kept: [["keys/secret/strength.ts", "if (bytes.length < shortest) {", "if (false) {"]],
  },
  {
    id: "known-secret",
    text: "A published secret is rejected",
    kept: [["keys/secret/strength.ts", "if (knownSecrets.has(text)) {", "if (false) {"]],
  },
  {
    id: "easy-secret",
    text: "A secret that is easy to guess causes a warning",
    kept: [["keys/secret/strength.ts", "if (estimateBits(bytes) < enoughBits) {", "if (false) {"]],
  },
];
