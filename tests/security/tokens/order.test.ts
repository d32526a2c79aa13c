import { createTestIssuer, type SigningAlgorithm } from "@usher-auth/testing";
import {
  type AuthErrorCode,
  createVerifier,
  localJwks,
  requireScopes,
  type StandardSchema,
  sharedSecret,
  type TokenClaims,
} from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import fc from "fast-check";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { refusal, startSeconds, verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import {
  type Check,
  checksInOrder,
  maxTokenAge,
  refusedRole,
  revoked,
  tokenWith,
  type Way,
} from "./support/faults.ts";

const clock = () => startSeconds * 1000;
/** A check, and one way to fail it. */
type Failure = readonly [Check, Way];

const revocations = createRevocations({
  store: memoryRevocationStore({ clock }),
  maxTokenAge,
  maxStaleness: 3600,
  clock,
});
afterAll(() => revocations.close());
await revocations.ready();
await revocations.revoke(
  (["token", "session", "user"] as const).map((kind) => ({ kind, id: revoked[kind], before: startSeconds })),
);

/** A Standard Schema that rejects one role and returns everything else unchanged. */
const schema: StandardSchema<TokenClaims> = {
  "~standard": {
    version: 1,
    vendor: "a test",
    validate: (value) => {
      const claims = value as TokenClaims;
      return claims.role === refusedRole ? { issues: [{ message: "no such role" }] } : { value: claims };
    },
  },
};

function worldOf(algorithm: SigningAlgorithm) {
  const issuer = createTestIssuer({ algorithm, clock });
  const verifier = createVerifier({
    keys: algorithm === "HS256" ? sharedSecret(issuer.secret) : localJwks(issuer.jwks()),
    issuer: issuer.issuer,
    audience: issuer.audience,
    claims: schema,
    revocations,
    clock,
  });
  // A shared secret has no `kid`, so no key is unknown.
  const checks = checksInOrder(startSeconds, issuer).filter(
    ({ name }) => algorithm !== "HS256" || name !== "key",
  );
  return {
    issuer,
    verifier,
    checks,
    failures: checks.flatMap((check) => check.ways.map((way): Failure => [check, way])),
  };
}

describe("properties: the order of a token's checks", () => {
  describe.each(["HS256", "EdDSA"] as const)("%s", (algorithm) => {
    const { issuer, verifier, checks, failures } = worldOf(algorithm);

    async function expectFirst(those: readonly Failure[], test: TestContext): Promise<void> {
      const inOrder = those.toSorted(([one], [other]) => checks.indexOf(one) - checks.indexOf(other));
      const token = tokenWith(
        issuer,
        inOrder.map(([, way]) => way),
      );
      const named = inOrder.map(([{ name }]) => name).join(", ");
      const first = inOrder[0]?.[0].code as AuthErrorCode;
      expect(verdict(verifier, token), named).toBe(first);
      await expect(verifier.verify(token), named).rejects.toMatchObject({ code: first });
      count(test, { tokens: 1 });
    }

    it("accepts a token without any fault", () => {
      expect(verdict(verifier, tokenWith(issuer, []))).toBe("accepted");
    });

    it("rejects each single fault with its own code", async (test) => {
      for (const failure of failures) await expectFirst([failure], test);
    });

    it("rejects every pair of faults with the code of the first", async (test) => {
      for (const one of failures) {
        const later = failures.filter(([check]) => checks.indexOf(check) > checks.indexOf(one[0]));
        for (const other of later) await expectFirst([one, other], test);
      }
    });

    it("rejects any set of faults with the code of the first", async (test) => {
      const anySet = fc
        .subarray([...checks], { minLength: 3 })
        .chain((some) =>
          fc.tuple(
            ...some.map((check) => fc.constantFrom(...check.ways).map((way): Failure => [check, way])),
          ),
        );
      await fc.assert(
        fc.asyncProperty(anySet, (those) => expectFirst(those, test)),
        { numRuns: 500 },
      );
    });
  });
});

describe("properties: the order of a guard's checks", () => {
  const { issuer, verifier, checks } = worldOf("HS256");
  const guard = createGuard({ verifier, ownerParam: "userId" });
  const token = (ways: readonly Way[]) => `Bearer ${tokenWith(issuer, ways)}`;
  const credentials: readonly (readonly [
    AuthErrorCode | undefined,
    (field: string) => readonly string[],
    boolean,
  ])[] = [
    [undefined, (field) => [field], false],
    ["credentials_missing", () => [], false],
    ["credentials_missing", () => [], true],
    ["credentials_missing", () => ["Basic YTpi"], false],
    ["credentials_ambiguous", (field) => [field, field], false],
    ["credentials_ambiguous", (field) => [field], true],
  ];
  const tokens: readonly (readonly [AuthErrorCode | undefined, string])[] = [
    [undefined, token([])],
    ...checks.flatMap(({ code, ways }) => ways.map((way) => [code, token([way])] as const)),
  ];

  it("is credentials, token, owner, policy: the first failing check decides the code", (test) => {
    for (const [credentialsCode, fields, tokenInQuery] of credentials) {
      for (const [tokenCode, field] of tokens) {
        for (const ownerCode of [undefined, "owner_mismatch"] as const) {
          for (const policyCode of [undefined, "scope_insufficient"] as const) {
            const request = {
              authorization: fields(field),
              tokenInQuery,
              params: { userId: ownerCode === undefined ? "alice" : "bob" },
              ownerParams: ["userId"],
              policies: policyCode === undefined ? [] : [requireScopes("tasks:write")],
              source: {},
            };
            const first = credentialsCode ?? tokenCode ?? ownerCode ?? policyCode;
            if (first === undefined) expect(guard.admit(request)).toMatchObject({ id: "alice" });
            else expect(refusal(() => guard.admit(request)).code).toBe(first);
            count(test, { requests: 1 });
          }
        }
      }
    }
  });
});
