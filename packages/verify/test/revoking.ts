import type { TestIssuer, TokenFaults } from "@usher-auth/testing";
import { onTestFinished } from "vitest";
import type { Revocations, TokenClaims, VerifierOptions } from "../src/index.ts";
import {
  createRevocations,
  memoryRevocationStore,
  type RevocationStore,
  type RevocationsOptions,
} from "../src/revocation/index.ts";
import { type Bench, createBench, handClock } from "./support.ts";

export interface RevokingBench extends Bench {
  readonly revocations: Revocations;
  readonly store: RevocationStore;
}

/**
 * An issuer, a verifier and its revocations, all of one clock, followed from the start. A clock that is moved
 * by hand makes them stale late.
 */
export async function createRevokingBench(
  options: Partial<RevocationsOptions> = {},
  verifying: Partial<VerifierOptions<TokenClaims>> = {},
): Promise<RevokingBench> {
  const clock = handClock();
  const store = options.store ?? memoryRevocationStore({ clock });
  const revocations = createRevocations({ maxTokenAge: 900, maxStaleness: 3600, clock, ...options, store });
  onTestFinished(() => revocations.close());
  const bench = createBench({ clock, revocations, ...verifying }, { clock });
  await bench.verifier.ready();
  return { ...bench, clock, revocations, store };
}

/** A logout token as `usherJwt()` sends it, signed like this issuer's other tokens. */
export function logoutTokenFor(issuer: TestIssuer, faults: TokenFaults = {}): string {
  return issuer.tokenFor("alice", {
    expiresIn: 120,
    ...faults,
    header: { typ: "logout+jwt", ...faults.header },
    claims: {
      email: undefined,
      name: undefined,
      sid: "s1",
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      ...faults.claims,
    },
  });
}
