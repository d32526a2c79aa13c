import {
  ConfigurationError,
  createVerifier,
  type Policy,
  type Principal,
  requireClaim,
  requireScopes,
  sharedSecret,
  type TokenClaims,
} from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import {
  forbidImpersonation,
  requireClientScopes,
  requireOrganizationRole,
  requireRecentSignIn,
} from "@usher-auth/verify/policies";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** What a route requires. */
export type PolicySettings =
  | { readonly scopes: readonly string[] }
  | { readonly clientScopes: readonly string[] }
  | { readonly claim: string; readonly equals: unknown }
  | { readonly organizationRoles: readonly string[] }
  | { readonly impersonation: false }
  | { readonly recentSignIn: number };

/** Members of a principal beside its claims. Default: the user `alice`, by their own session. */
export type PrincipalSettings = Partial<Pick<Principal, "id" | "kind" | "clientId" | "actorId">>;

/** The claims of a valid token, and the policies of a route. */
export interface PolicyVector {
  readonly name: string;
  readonly policies: readonly PolicySettings[];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly principal?: PrincipalSettings;
}

/** The time of these vectors, in seconds since 1970. */
export const policyTime = 1_767_225_600;

export function runPolicy({ policies, claims, principal }: PolicyVector): Promise<Outcome<true>> {
  const guard = createGuard<TokenClaims>({ verifier: verifierAtPolicyTime, ownerParam: null });
  return outcomeOf(() => {
    const access = { params: {}, ownerParams: [], policies: policies.map(policyOf) };
    guard.authorize(principalOf(claims, principal), access, undefined);
    return true as const;
  });
}

/** Scopes that are accepted or refused when an application starts. */
export interface ScopesVector {
  readonly name: string;
  readonly scopes: readonly string[];
}

export async function runScopes({ scopes }: ScopesVector): Promise<{ startsUp: boolean }> {
  try {
    requireScopes(...scopes);
    return { startsUp: true };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { startsUp: false };
  }
}

export function principalOf(
  claims: Readonly<Record<string, unknown>>,
  principal: PrincipalSettings = {},
): Principal {
  return { id: "alice", kind: "user", expiresAt: 0, claims: claims as TokenClaims, ...principal };
}

export function policyOf(settings: PolicySettings): Policy {
  if ("scopes" in settings) return requireScopes(...settings.scopes);
  if ("clientScopes" in settings) return requireClientScopes(...settings.clientScopes);
  if ("organizationRoles" in settings) return requireOrganizationRole(...settings.organizationRoles);
  if ("impersonation" in settings) return forbidImpersonation();
  if ("recentSignIn" in settings) return requireRecentSignIn({ maxAge: settings.recentSignIn });
  const { claim, equals } = settings;
  return requireClaim<never>((claims) => claims[claim] === equals, claim) as Policy;
}

/** For its clock. It verifies nothing. */
export const verifierAtPolicyTime = createVerifier({
  keys: sharedSecret("no vector has a token: 2b7e151628aed2a6abf7158809cf4f3c"),
  issuer: "https://app.example.com",
  audience: "https://api.example.com",
  clock: () => policyTime * 1000,
});
