export { createTestIssuer, type JwksIssuer, type TestIssuer } from "./issuer.ts";
export type {
  AccessTokenGrant,
  JwksIssuerOptions,
  TestIssuerOptions,
  TestUser,
  TokenFaults,
} from "./options.ts";
export type { KeyPairSigningAlgorithm, SecretSigningAlgorithm, SigningAlgorithm } from "./signing.ts";
