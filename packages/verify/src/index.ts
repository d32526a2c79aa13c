export { createGuard, type Guard, type GuardedRequest, type RouteAccess } from "./access/guard.ts";
export type { AcceptEvent, GuardOptions, RejectEvent } from "./access/guard-options.ts";
export type { RouteParams } from "./access/owner.ts";
export { type Policy, requireClaim, requireScopes } from "./access/policies.ts";
export type { Principal, TokenClaims } from "./claims/principal.ts";
export type { Register, RegisteredClaims } from "./claims/register.ts";
export type { StandardSchema } from "./claims/standard-schema.ts";
export type { Clock } from "./clock.ts";
export {
  betterAuthIssuer,
  parseSecretVersions,
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
export type { AuthorizationFields } from "./http/authorization.ts";
export { httpProblem } from "./http/http-problem.ts";
export { type Problem, problemContentType, type Refusal } from "./http/problem.ts";
export type { IssuerOptions } from "./keys/issuers.ts";
export type { Fetch } from "./keys/jwks/fetch-jwks.ts";
export type { JwkOptions } from "./keys/jwks/jwk.ts";
export { type LocalJwksOptions, localJwks } from "./keys/jwks/local-jwks.ts";
export { type RemoteJwksOptions, remoteJwks } from "./keys/jwks/remote-jwks.ts";
export type { KeySource, KeyStatus, KeyUsage, RemoteKeys, WaitUntil } from "./keys/key-source.ts";
export { secretFingerprint } from "./keys/secret/fingerprint.ts";
export { type ReloadedSecretOptions, reloadedSecret } from "./keys/secret/reloaded-secret.ts";
export type { Secret, SecretVersion } from "./keys/secret/secret-keys.ts";
export { type SharedSecretOptions, sharedSecret } from "./keys/secret/shared-secret.ts";
export type {
  Algorithm,
  PublicAlgorithm,
  RsaAlgorithm,
  SecretAlgorithm,
  VerificationKey,
} from "./keys/signature.ts";
export {
  createLogoutEndpoint,
  type LogoutAnswer,
  type LogoutEndpoint,
  type LogoutEndpointOptions,
  type LogoutEvent,
  type LogoutRequest,
  type RevokingVerifier,
} from "./logout/endpoint.ts";
export { longestLogoutForm } from "./logout/form.ts";
export type { LogoutToken } from "./logout/token.ts";
export { createLogoutVerifier, type VerifyLogoutToken } from "./logout/verify.ts";
export { type MemoryRevocationStoreOptions, memoryRevocationStore } from "./revocation/memory-store.ts";
export type { RevocationsOptions } from "./revocation/options.ts";
export {
  createRevocations,
  type RevocationStanding,
  type RevocationStatus,
  type Revocations,
} from "./revocation/revocations.ts";
export type { Revocation, RevocationListener, RevocationStore } from "./revocation/store.ts";
export type { RevocableToken } from "./revocation/table.ts";
export type { UnverifiedHeader } from "./token/header.ts";
export type { VerifierOptions } from "./verifier/options.ts";
export { createVerifier, type Verifier } from "./verifier/verifier.ts";
