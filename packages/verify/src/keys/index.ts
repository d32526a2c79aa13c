// `@usher-auth/verify/keys`: the state of keys, secrets that change, and custom key sources.

export type { UnverifiedHeader } from "../token/header.ts";
export { keyStatus, keyUsage } from "../verifier/key-status.ts";
export { keySource } from "./custom-source.ts";
export type { KeySource, KeyStatus, KeyUsage, RemoteKeys, WaitUntil } from "./key-source.ts";
export { secretFingerprint } from "./secret/fingerprint.ts";
export { type ReloadedSecretOptions, reloadedSecret } from "./secret/reloaded-secret.ts";
export { parseSecretVersions } from "./secret/secret-versions.ts";
export type { Algorithm, PublicAlgorithm, VerificationKey } from "./signature.ts";
