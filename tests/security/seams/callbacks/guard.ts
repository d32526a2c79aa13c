import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, isAuthError, type Policy, requireClaim, sharedSecret } from "@usher-auth/verify";
import { createGuard, type GuardOptions, type OwnerRule } from "@usher-auth/verify/guard";
import { type Behaviour, messageOfFailure, type UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});

interface Parts {
  readonly options?: Partial<GuardOptions>;
  readonly policies?: readonly Policy[];
  /** The rule of the route. The path then belongs to another user. */
  readonly owner?: OwnerRule;
}

/**
 * A request with a token and one without, while the code misbehaves and again once it behaves.
 *
 * @param served Which of the two decides the outcome.
 */
async function ask(
  parts: (wrap: (good: UserFunction) => UserFunction) => Parts,
  behaviour: Behaviour,
  served: boolean,
): Promise<{ during: Outcome; afterwards: Outcome }> {
  let misbehaves = true;
  let isWithin = false;
  // Only once, or it would never end.
  const callBack = () => {
    if (isWithin) return;
    isWithin = true;
    outcomeOf(true);
    outcomeOf(false);
    isWithin = false;
  };
  const { options, policies, owner } = parts((good) => {
    const bad = behaviour.of(good, callBack);
    return (...input) => (misbehaves ? bad : good)(...input);
  });
  const guard = createGuard({ verifier, ownerParam: "userId", ...options });

  function outcomeOf(hasToken: boolean): Outcome {
    const authorization = hasToken
      ? `Bearer ${issuer.tokenFor("alice", { claims: { role: "user" } })}`
      : undefined;
    const params = { userId: owner === undefined ? "alice" : "bob" };
    const access = { params, ownerParams: ["userId"], policies, owner };
    try {
      const admitted = guard.admit({ authorization, tokenInQuery: false, source: {}, ...access });
      return "id" in admitted && admitted.id === "alice" ? "served" : "failed";
    } catch (error) {
      if (!isAuthError(error)) return "failed";
      const { status, body } = guard.refuse(error, {});
      if (body.includes(messageOfFailure) || status >= 500) return "failed";
      return "refused";
    }
  }

  const during = outcomeOf(served);
  misbehaves = false;
  // Without a token, a request is rejected, whatever a listener does.
  return { during, afterwards: outcomeOf(false) === "refused" ? outcomeOf(true) : "failed" };
}

const listener = () => undefined;
const isUser = (claims: { role?: string }) => claims.role === "user";

export const guardCallbacks: readonly Callback[] = [
  {
    name: "verify createGuard onAccept",
    use: (behaviour) => ask((wrap) => ({ options: { onAccept: wrap(listener) } }), behaviour, true),
    expected: { usual: "served" },
  },
  {
    name: "verify createGuard onReject",
    use: (behaviour) => ask((wrap) => ({ options: { onReject: wrap(listener) } }), behaviour, false),
    expected: { usual: "refused" },
  },
  {
    name: "verify createGuard onOwnerException",
    use: (behaviour) =>
      ask(
        (wrap) => ({
          options: { onOwnerException: wrap(listener) },
          owner: { or: [requireClaim(isUser) as Policy] },
        }),
        behaviour,
        true,
      ),
    expected: { usual: "served" },
  },
  {
    name: "verify createGuard ownerParam",
    use: (behaviour) => {
      const ownId = ({ id }: { id: string }) => id;
      return ask((wrap) => ({ options: { ownerParam: { userId: wrap(ownId) as never } } }), behaviour, true);
    },
    expected: { usual: "refused", "changes its input": "served", "calls back": "served" },
  },
  {
    name: "verify OwnerRule or",
    use: (behaviour) =>
      ask((wrap) => ({ owner: { or: [requireClaim(wrap(isUser)) as Policy] } }), behaviour, true),
    expected: { usual: "refused", "changes its input": "served", "calls back": "served" },
  },
  {
    name: "verify requireClaim predicate",
    use: (behaviour) =>
      ask((wrap) => ({ policies: [requireClaim(wrap(isUser)) as Policy] }), behaviour, true),
    expected: { usual: "refused", "changes its input": "served", "calls back": "served" },
  },
  {
    name: "verify Policy permits",
    use: (behaviour) => {
      const permits = ({ claims }: { claims: { role?: string } }) => isUser(claims);
      return ask((wrap) => ({ policies: [{ name: "custom", permits: wrap(permits) }] }), behaviour, true);
    },
    expected: { usual: "refused", "changes its input": "served", "calls back": "served" },
  },
];
