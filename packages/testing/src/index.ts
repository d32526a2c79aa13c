export { expectGuarded } from "./expect-guarded/expect-guarded.ts";
export { type Finding, NotGuardedError } from "./expect-guarded/findings.ts";
export type { ExpectGuardedOptions, GuardedReport, GuardedUser } from "./expect-guarded/options.ts";
export { createTestIssuer, type JwksIssuer, type TestIssuer } from "./issuer.ts";
export type {
  AccessTokenGrant,
  JwksIssuerOptions,
  TestIssuerOptions,
  TestUser,
  TokenFaults,
} from "./options.ts";
export type { KeyPairSigningAlgorithm, SecretSigningAlgorithm, SigningAlgorithm } from "./signing.ts";
