export type { Policy } from "./access/policies.ts";
export type { Principal, TokenClaims } from "./claims/principal.ts";
export type { Register, RegisteredClaims } from "./claims/register.ts";
export type { StandardSchema } from "./claims/standard-schema.ts";
export type { Clock } from "./clock.ts";
export {
  betterAuthIssuer,
  secretFingerprintFromEnv,
  type VerifierEnvironment,
  verifierFromEnv,
} from "./env.ts";
export {
  AuthError,
  type AuthErrorCode,
  type AuthErrorOptions,
  authErrorCodes,
  ConfigurationError,
  isAuthError,
} from "./errors.ts";
export type { IssuerOptions } from "./keys/issuers.ts";
export type { Fetch } from "./keys/jwks/fetch-jwks.ts";
export type { JwkOptions } from "./keys/jwks/jwk.ts";
export { type LocalJwksOptions, localJwks } from "./keys/jwks/local-jwks.ts";
export { type RemoteJwksOptions, remoteJwks } from "./keys/jwks/remote-jwks.ts";
export type { KeySource } from "./keys/key-source.ts";
export type { Secret, SecretVersion } from "./keys/secret/secret-keys.ts";
export { type SharedSecretOptions, sharedSecret } from "./keys/secret/shared-secret.ts";
export type { RsaAlgorithm, SecretAlgorithm } from "./keys/signature.ts";
export { requireClaim } from "./policies/claim.ts";
export { requireScopes } from "./policies/scopes.ts";
export type { Revocations } from "./revocation/revocations.ts";
export type { AccessTokenOptions } from "./verifier/access-tokens.ts";
export type { AudienceOption } from "./verifier/audience.ts";
export type { VerifierOptions } from "./verifier/options.ts";
export { createVerifier, type Verifier } from "./verifier/verifier.ts";
