import { createTestIssuer } from "@usher-auth/testing";
import {
  createVerifier,
  isAuthError,
  type Principal,
  type Revocations,
  type StandardSchema,
  sharedSecret,
  type Verifier,
  type VerifierOptions,
} from "@usher-auth/verify";
import { keyStatus } from "@usher-auth/verify/keys";
import { vi } from "vitest";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();

type Verify = (verifier: Verifier, token: string) => Principal | Promise<Principal>;
type Wrap = (good: UserFunction) => UserFunction;

/**
 * Verifies a new token, and the same token again, while the code misbehaves and once it
 * behaves again.
 */
async function verifyTwice(
  options: (wrap: Wrap) => Partial<VerifierOptions>,
  behaviour: Behaviour,
  verify: Verify,
): Promise<{ during: Outcome; afterwards: Outcome }> {
  // createVerifier calls some of them.
  let misbehaves = false;
  let isWithin = false;
  const other = issuer.tokenFor("bob");
  // Only once, or it would never end.
  const callBack = () => {
    if (isWithin) return;
    isWithin = true;
    verifier.verifySync(other);
    isWithin = false;
  };
  const wrap: Wrap = (good) => {
    const bad = behaviour.of(good, callBack);
    return (...input) => (misbehaves ? bad : good)(...input);
  };
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    ...options(wrap),
  });

  async function outcomeOf(token: string): Promise<Outcome> {
    try {
      const { id, sessionId, expiresAt } = await verify(verifier, token);
      // Whatever changed the claims, these are the token's.
      return id === "alice" && sessionId === "s1" && expiresAt > Date.now() / 1000 ? "served" : "failed";
    } catch (error) {
      if (!isAuthError(error)) return "failed";
      return error.code.endsWith("_unavailable") ? "unavailable" : "refused";
    }
  }

  async function outcomeOfBoth(token: string): Promise<Outcome> {
    const [first, second] = [await outcomeOf(token), await outcomeOf(token)];
    return first === second ? first : "failed";
  }

  misbehaves = true;
  const token = issuer.tokenFor("alice", { claims: { sid: "s1" } });
  const during = await outcomeOfBoth(token);
  misbehaves = false;
  return { during, afterwards: await outcomeOfBoth(token) };
}

const verifySync: Verify = (verifier, token) => verifier.verifySync(token);
const verify: Verify = (verifier, token) => verifier.verify(token);

/** A schema that returns its input. */
const schemaOf = (wrap: Wrap): StandardSchema<never> => ({
  "~standard": { version: 1, vendor: "their own", validate: wrap((value) => ({ value })) },
});

const revocationsOf = (wrap: Wrap): Revocations =>
  ({
    maxTokenAge: 900,
    ready: async () => undefined,
    check: wrap(() => undefined),
  }) as unknown as Revocations;

/** Loads custom revocations before the first request. */
async function starting(behaviour: Behaviour) {
  let misbehaves = true;
  const good: UserFunction = async () => undefined;
  let verifier: Verifier | undefined;
  const bad = behaviour.of(good, () => verifier && keyStatus(verifier));
  const own = { ...revocationsOf((check) => check), ready: () => (misbehaves ? bad : good)() };
  verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations: own as Revocations,
  });
  const outcomeOf = async (): Promise<Outcome> => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const done = verifier?.ready().then(
        (): Outcome => "served",
        (error: unknown): Outcome =>
          isAuthError(error) && error.code === "revocations_unavailable" ? "unavailable" : "failed",
      );
      await vi.advanceTimersByTimeAsync(61_000);
      return (await Promise.race([done, "failed" as const])) ?? "failed";
    } finally {
      vi.useRealTimers();
    }
  };
  const during = await outcomeOf();
  misbehaves = false;
  return { during, afterwards: await outcomeOf() };
}

const changed = { "changes its input": "served", "calls back": "served" } as const;

export const verifierCallbacks: readonly Callback[] = [
  {
    name: "verify createVerifier claims, by verifySync",
    use: (behaviour) => verifyTwice((wrap) => ({ claims: schemaOf(wrap) }), behaviour, verifySync),
    expected: { usual: "refused", ...changed },
  },
  {
    name: "verify createVerifier claims, by verify",
    use: (behaviour) => verifyTwice((wrap) => ({ claims: schemaOf(wrap) }), behaviour, verify),
    expected: { usual: "refused", ...changed },
  },
  {
    name: "verify createVerifier custom revocations, check",
    use: (behaviour) => verifyTwice((wrap) => ({ revocations: revocationsOf(wrap) }), behaviour, verifySync),
    expected: { usual: "unavailable", ...changed },
  },
  {
    name: "verify createVerifier custom revocations, ready",
    use: starting,
    expected: {
      usual: "served",
      throws: "unavailable",
      "throws a value that is not an Error": "unavailable",
      rejects: "unavailable",
      "returns a thenable that throws": "unavailable",
      "never settles": "unavailable",
    },
  },
  {
    name: "verify createVerifier clock",
    use: (behaviour) => verifyTwice((wrap) => ({ clock: wrap(Date.now) }), behaviour, verifySync),
    // It is for tests, so an exception is the test's fault. A value that is not a time is never before a
    // token's end.
    expected: {
      usual: "refused",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      ...changed,
    },
  },
];
