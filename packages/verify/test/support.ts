import { createTestIssuer, type TestIssuer, type TestIssuerOptions } from "@usher-auth/testing";
import {
  AuthError,
  createVerifier,
  sharedSecret,
  type TokenClaims,
  type Verifier,
  type VerifierOptions,
} from "../src/index.ts";

/** A fixed instant, so that no test depends on the machine's clock. */
export const start = Date.parse("2026-01-01T00:00:00Z");
export const startSeconds = start / 1000;

/** A clock that tests set. */
export interface HandClock {
  (): number;
  advance(seconds: number): void;
}

export function handClock(): HandClock {
  let now = start;
  return Object.assign(() => now, {
    advance: (seconds: number) => {
      now += seconds * 1000;
    },
  });
}

export interface Bench {
  readonly issuer: TestIssuer;
  readonly verifier: Verifier;
  readonly clock: HandClock;
}

/** An issuer and a verifier that trust each other and share a clock. */
export function createBench(
  options: Partial<VerifierOptions<TokenClaims>> = {},
  issuing: TestIssuerOptions = {},
): Bench {
  const clock = handClock();
  const issuer = createTestIssuer({ clock, ...issuing });
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    clock,
    ...options,
  });
  return { issuer, verifier, clock };
}

/** Verifiers that fail with something other than an AuthError, such as a bug: at once, and later. */
export function failingVerifiers(verifier: Verifier): readonly Verifier[] {
  const fail = (): never => {
    throw new Error("the verifier's");
  };
  return [
    { ...verifier, verify: fail as never },
    { ...verifier, verify: async () => fail() },
  ];
}

/** A verifier that answers later, like one that must fetch keys first. */
export function waitingVerifier(verifier: Verifier): Verifier {
  return { ...verifier, verify: async (token) => verifier.verifySync(token) };
}

/** The AuthError that `run` must throw; anything else fails the test. */
export function refusal(run: () => unknown): AuthError {
  try {
    run();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("expected an AuthError, but nothing was thrown");
}

/** The result of verifying this token: `accepted`, or a code. */
export function verdict(verifier: Verifier, token: string): string {
  try {
    verifier.verifySync(token);
    return "accepted";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
