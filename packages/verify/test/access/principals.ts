import { deepFreeze } from "../../src/claims/freeze.ts";
import type { Principal, TokenClaims } from "../../src/index.ts";

/** A user with these claims, frozen like the principal of a verified token. */
export function principalOf(id: string, claims: Record<string, unknown> = {}): Principal {
  return deepFreeze({ id, kind: "user", expiresAt: 1, claims: { sub: id, ...claims } as TokenClaims });
}

/** An OAuth client that acts for itself. */
export function clientOf(id: string, claims: Record<string, unknown> = {}): Principal {
  return Object.freeze({ ...principalOf(id, claims), kind: "client", clientId: id });
}
