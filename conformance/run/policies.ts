import { ConfigurationError, type Policy, requireClaim, requireScopes } from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** What a route requires: scopes, or a claim with a value. */
export type PolicySettings =
  | { readonly scopes: readonly string[] }
  | { readonly claim: string; readonly equals: unknown };

/** The claims of a valid token, and the policies of a route. */
export interface PolicyVector {
  readonly name: string;
  readonly policies: readonly PolicySettings[];
  readonly claims: Readonly<Record<string, unknown>>;
}

const guard = createGuard({
  verifier: {
    verify: async () => Promise.reject(),
    verifySync: () => undefined as never,
    ready: async () => undefined,
  },
  ownerParam: null,
});

export function runPolicy({ policies, claims }: PolicyVector): Promise<Outcome<true>> {
  const principal = { id: "alice", kind: "user" as const, expiresAt: 0, claims: claims as never };
  return outcomeOf(() => {
    const access = { params: {}, ownerParams: [], policies: policies.map(policyOf) };
    guard.authorize(principal, access, undefined);
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

function policyOf(settings: PolicySettings): Policy {
  if ("scopes" in settings) return requireScopes(...settings.scopes);
  const { claim, equals } = settings;
  return requireClaim<never>((claims) => claims[claim] === equals, claim) as Policy;
}
