import type { Principal, TokenClaims } from "@usher-auth/verify";
import { createGuard, type OwnerException } from "@usher-auth/verify/guard";
import { type Outcome, outcomeOf } from "./outcome.ts";
import {
  type PolicySettings,
  type PrincipalSettings,
  policyOf,
  principalOf,
  verifierAtPolicyTime,
} from "./policies.ts";

/** A request of a verified principal for a route with owner parameters. */
export interface CallerVector {
  readonly name: string;
  /** The claim of each owner parameter. */
  readonly owners: Readonly<Record<string, string>>;
  /** The parameters of the route, as its handler gets them. */
  readonly params: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly principal?: PrincipalSettings;
  /** The owner rule of the route. Default: none. */
  readonly rule?: RuleSettings;
}

export interface RuleSettings {
  readonly or?: readonly PolicySettings[];
  readonly params?: readonly string[];
  readonly clients?: readonly PolicySettings[];
}

/** Returns the exceptions that were used: none for the owner. */
export function runCaller(vector: CallerVector): Promise<Outcome<readonly Used[]>> {
  const { owners, params, rule } = vector;
  const used: Used[] = [];
  const guard = createGuard<TokenClaims>({
    verifier: verifierAtPolicyTime,
    ownerParam: owners,
    onOwnerException: ({ exceptions }) =>
      void used.push(...exceptions.map(({ param, value }) => ({ param, value }))),
  });
  const principal: Principal = principalOf(vector.claims, vector.principal);
  const owner = rule && {
    ...(rule.or && { or: rule.or.map(policyOf) }),
    ...(rule.params && { params: rule.params }),
    ...(rule.clients && { clients: rule.clients.map(policyOf) }),
  };
  const ownerParams = Object.keys(owners).filter((name) => Object.hasOwn(params, name));
  return outcomeOf(() => {
    guard.authorize(principal, { params, ownerParams, owner }, undefined);
    return used;
  });
}

/** An exception, without the names of policies, which are the implementation's own. */
export type Used = Pick<OwnerException, "param" | "value">;
