import { createTestIssuer, type SigningAlgorithm } from "@usher-auth/testing";
import { AuthError, createVerifier, localJwks, type Principal, sharedSecret } from "@usher-auth/verify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eagerly } from "../../../packages/verify/src/verifier/internals.ts";
import { handClock } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import { hostileToken } from "./support/mutations.ts";
import { seededRandom } from "./support/random.ts";
import { decode } from "./support/stricter-rules.ts";

/** A step of a run: a token is verified, time passes, or something is revoked. */
type Step =
  | { readonly show: number }
  | { readonly wait: number }
  | { readonly revoke: "token" | "session" | "user"; readonly of: number };

/** The number of tokens: more than the small cache holds, and few enough to repeat. */
const poolSize = 10;
const anyToken = fc.nat(poolSize - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anyToken.map((show) => ({ show })) },
  { weight: 1, arbitrary: fc.constantFrom(1, 5, 60, 290, 295, 300, 305).map((wait) => ({ wait })) },
  {
    weight: 1,
    arbitrary: fc.record({
      revoke: fc.constantFrom("token", "session", "user"),
      of: anyToken,
    }) as fc.Arbitrary<Step>,
  },
);

describe("properties: every way to verify gives the same verdict", () => {
  // EdDSA takes a hundred times as long, and uses the same caches.
  it.for([
    ["HS256", 150],
    ["EdDSA", 30],
  ] as const)(
    "by verify, verifySync and verifyEagerly, remembered, forgotten and never remembered, %s",
    async ([algorithm, numRuns], test) => {
      const met = new Set<string>();
      const play = async (world: World, steps: readonly Step[]) => {
        for (const one of steps) {
          if ("wait" in one) world.clock.advance(one.wait);
          else if ("revoke" in one) await world.revoke(one.revoke, one.of);
          else {
            const [first, ...others] = await world.ask(one.show);
            expect(new Set(others), first).toEqual(new Set([first]));
            met.add(String(first).split(" ")[0] as string);
            count(test, { tokens: 1, verdicts: others.length + 1 });
          }
        }
      };
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 10, maxLength: 40 }), async (seed, steps) => {
          const world = await createWorld(algorithm, seed);
          await play(world, steps).finally(world.close);
        }),
        { numRuns },
      );
      // Every kind of verdict must occur, or the agreement proves nothing.
      expect([...met]).toEqual(expect.arrayContaining(["accepted", "token_expired", "token_revoked"]));
    },
  );
});

type World = Awaited<ReturnType<typeof createWorld>>;

/** Valid and invalid tokens of an issuer, and several verifiers that differ only in their caches. */
async function createWorld(algorithm: SigningAlgorithm, seed: number) {
  const clock = handClock();
  const issuer = createTestIssuer({ algorithm, clock });
  const random = seededRandom(seed);
  const honest = Array.from({ length: poolSize / 2 }, (_, index) => issuer.tokenFor(`user-${index % 2}`));
  const tokens = [...honest, ...honest.map(() => hostileToken(issuer, random, clock() / 1000))];

  const revocations = createRevocations({
    store: memoryRevocationStore({ clock }),
    maxTokenAge: 900,
    maxStaleness: 3600,
    clock,
  });
  await revocations.ready();
  const verifierWith = (cache: number | false) =>
    createVerifier({
      keys: algorithm === "HS256" ? sharedSecret(issuer.secret) : localJwks(issuer.jwks()),
      issuer: issuer.issuer,
      audience: issuer.audience,
      revocations,
      clock,
      cache,
    });
  const [never, small, large] = [verifierWith(false), verifierWith(2), verifierWith(10_000)];
  const ways: readonly ((token: string) => Principal | Promise<Principal>)[] = [
    ...[never, small, large].map(({ verifySync }) => verifySync),
    ...[never, small, large].map(({ verify }) => verify),
    ...[never, small, large].map((verifier) => eagerly(verifier) as (token: string) => Principal),
  ];

  return {
    clock,
    ask: (index: number) => Promise.all(ways.map((way) => verdictOf(way, tokens[index] as string))),
    revoke: async (kind: "token" | "session" | "user", index: number) => {
      const { jti, sid, sub } = decode(tokens[index] as string)?.claims ?? {};
      const id = { token: jti, session: sid, user: sub }[kind];
      if (typeof id === "string" && id !== "") await revocations.revoke({ kind, id, before: clock() / 1000 });
    },
    close: () => revocations.close(),
  };
}

/** The code of the rejection, or the principal. */
async function verdictOf(
  way: (token: string) => Principal | Promise<Principal>,
  token: string,
): Promise<string> {
  try {
    return `accepted ${JSON.stringify(await way(token))}`;
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
