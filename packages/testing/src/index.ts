export {
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
  type TestUser,
  type TokenFaults,
} from "./issuer.ts";
export type { KeyPairSigningAlgorithm, SecretSigningAlgorithm, SigningAlgorithm } from "./signing.ts";
