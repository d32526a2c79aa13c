import { pasteable } from "../../output/paste.ts";
import { type CheckInput, type CheckResult, errorFinding, noFindings, withFindings } from "../check.ts";
import { authBaseUrl } from "../facts/base-url.ts";
import { keyKinds } from "../facts/key-kinds.ts";

/** Compares the token's algorithm with the API's keys. */
export function checkAlgorithm({ tokenText, environment, issuer }: CheckInput): CheckResult {
  if (tokenText?.kind !== "jwt" || tokenText.jwt === undefined) return noFindings;
  const { alg, kid } = tokenText.jwt.header;
  const named = String(alg);
  const evidence = [
    `the token's header has alg ${JSON.stringify(alg)}${kid === undefined ? "" : ", and a kid"}`,
  ];
  if (named.toLowerCase() === "none") {
    return withFindings(
      errorFinding(
        "algorithm_none",
        'The token is not signed (alg "none"): anyone could have written it.',
        evidence,
        ["Send a token from Better Auth's /api/auth/token. This one was not signed."],
      ),
    );
  }
  const kinds = keyKinds(environment);
  if (kinds.size === 0) return noFindings;
  const bySecret = /^HS(?:256|384|512)$/.test(named);
  const byKeyPair = /^(?:EdDSA|Ed25519|[ERP]S(?:256|384|512))$/.test(named);
  if (byKeyPair && !kinds.has("jwks")) {
    const base = issuer ?? URL.parse(environment.BETTER_AUTH_URL ?? "");
    const jwks = base === null ? undefined : `${authBaseUrl(base)}/jwks`;
    return withFindings(
      errorFinding(
        "algorithm_public_key",
        `The issuer signs with a key pair (${named}), but the API verifies with a shared secret.`,
        [
          ...evidence,
          'Better Auth\'s jwt() signs with EdDSA; it has no HS256, and ignores jwt({ algorithm: "HS256" }) without a warning',
        ],
        [
          `USHER_JWKS_URL=${pasteable(jwks, "https://app.example.com/api/auth/jwks")} # at the API: verify with public keys`,
          'plugins: [usherJwt({ audience: "https://api.example.com" })] // or at the issuer, instead of jwt(): HS256',
        ],
      ),
    );
  }
  if (bySecret && !kinds.has("secret")) {
    return withFindings(
      errorFinding(
        "algorithm_secret",
        `The issuer signs with a shared secret (${named}), but the API verifies with public keys (JWKS).`,
        [...evidence, "USHER_JWKS_URL or USHER_KEYS make the API accept only tokens signed with a key pair"],
        [
          "USHER_KEYS=secret # at the API: verify with BETTER_AUTH_SECRET",
          'plugins: [usherJwt({ audience: "https://api.example.com", algorithm: "EdDSA" })] // or at the issuer',
        ],
      ),
    );
  }
  const isKnown = byKeyPair || named === "HS256";
  if (isKnown) return noFindings;
  return withFindings(
    errorFinding("algorithm_other", "The API does not accept the token's algorithm.", evidence, [
      'plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer: HS256',
    ]),
  );
}
