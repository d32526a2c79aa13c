import { createTestIssuer, type SigningAlgorithm, type TestIssuer } from "@usher-auth/testing";
import { createVerifier, localJwks, sharedSecret, type Verifier } from "@usher-auth/verify";
import { startSeconds } from "../../../../packages/verify/test/support.ts";

/** An issuer and a verifier that trusts it, with a clock that stands still. */
export function worldOf(algorithm: SigningAlgorithm): {
  readonly issuer: TestIssuer;
  readonly verifier: Verifier;
} {
  const clock = () => startSeconds * 1000;
  const issuer = createTestIssuer({ algorithm, clock });
  const keys = algorithm === "HS256" ? sharedSecret(issuer.secret) : localJwks(issuer.jwks());
  const verifier = createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience, clock });
  return { issuer, verifier };
}
