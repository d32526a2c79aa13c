// `@usher-auth/verify/revocation`: revoke tokens, sessions and users before they expire.
export { type MemoryRevocationStoreOptions, memoryRevocationStore } from "./memory-store.ts";
export type { RevocationsOptions } from "./options.ts";
export {
  createRevocations,
  type RevocationStatus,
  type Revocations,
} from "./revocations.ts";
export type { Revocation, RevocationListener, RevocationStore } from "./store.ts";
export type { RevocableToken } from "./table.ts";
