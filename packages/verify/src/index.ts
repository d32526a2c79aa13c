export type { AuthorizationFields } from "./bearer.ts";
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
export {
  type AcceptEvent,
  createGuard,
  type Guard,
  type GuardedRequest,
  type GuardOptions,
  type RejectEvent,
  type RouteAccess,
} from "./guard.ts";
export type { UnverifiedHeader } from "./header.ts";
export { httpProblem } from "./http-problem.ts";
export type { Fetch } from "./keys/fetch-jwks.ts";
export { secretFingerprint } from "./keys/fingerprint.ts";
export type { IssuerOptions } from "./keys/issuers.ts";
export type { JwkOptions } from "./keys/jwk.ts";
export { type RemoteJwksOptions, remoteJwks } from "./keys/jwks.ts";
export { type LocalJwksOptions, localJwks } from "./keys/local.ts";
export { type ReloadedSecretOptions, reloadedSecret } from "./keys/reloaded-secret.ts";
export { type SharedSecretOptions, sharedSecret } from "./keys/secret.ts";
export type { Secret, SecretVersion } from "./keys/secret-keys.ts";
export type { KeySource, KeyStatus, KeyUsage, RemoteKeys, WaitUntil } from "./keys/source.ts";
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
export type { VerifierOptions } from "./options.ts";
export type { RouteParams } from "./owner.ts";
export { type Policy, requireClaim, requireScopes } from "./policy.ts";
export type { Principal, TokenClaims } from "./principal.ts";
export { type Problem, problemContentType, type Refusal } from "./problem.ts";
export type { Register, RegisteredClaims } from "./register.ts";
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
export type {
  Algorithm,
  PublicAlgorithm,
  RsaAlgorithm,
  SecretAlgorithm,
  VerificationKey,
} from "./signature.ts";
export type { StandardSchema } from "./standard-schema.ts";
export type { Clock } from "./time.ts";
export { createVerifier, type Verifier } from "./verifier.ts";
