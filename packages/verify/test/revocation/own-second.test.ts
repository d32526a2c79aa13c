import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RevocationTable } from "../../src/revocation/table.ts";
import { createRevokingBench } from "../revoking.ts";
import { startSeconds as second, verdict } from "../support.ts";

/** The result for a token with this `iat` after a user was revoked at each of these times. */
function refuses(before: readonly number[], iat: number): boolean {
  const table = new RevocationTable(900, 100);
  for (const instant of before) table.add({ kind: "user", id: "alice", before: instant }, second);
  return table.find({ sub: "alice", iat }) === "user";
}

describe("a user's revocation and tokens of the same second", () => {
  it.each([
    ["precise on both sides, issued before", second + 0.3, second + 0.299, true],
    ["precise on both sides, issued at the instant", second + 0.3, second + 0.3, true],
    ["precise on both sides, issued after", second + 0.3, second + 0.301, false],
    ["a revocation in whole seconds", second, second + 0.999, true],
    ["a revocation in whole seconds, a token too", second, second, true],
    ["a revocation in whole seconds, the next second", second, second + 1, false],
    ["a token in whole seconds", second + 0.001, second, true],
    ["a token in whole seconds, the next second", second + 0.999, second + 1, false],
  ])("%s", (_case, before, iat, expected) => {
    expect(refuses([before], iat)).toBe(expected);
  });

  it("a later, precise time does not shorten a revocation in whole seconds", () => {
    for (const order of [
      [second, second + 0.3],
      [second + 0.3, second],
    ])
      expect(refuses(order, second + 0.9)).toBe(true);
  });

  it("never accepts a token that was issued before, whatever the precision of the two", () => {
    const precision = fc.constantFrom(1, 1000);
    const written = (instant: number, parts: number) => Math.floor(instant * parts) / parts;
    const millisecond = fc.integer({ min: 0, max: 3000 }).map((count) => second + count / 1000);
    fc.assert(
      fc.property(
        millisecond,
        millisecond,
        precision,
        precision,
        (issued, revoked, ofToken, ofRevocation) => {
          fc.pre(issued <= revoked);
          expect(refuses([written(revoked, ofRevocation)], written(issued, ofToken))).toBe(true);
        },
      ),
    );
  });

  it("applies to a verifier and its cached tokens", async () => {
    const { issuer, verifier, revocations, clock } = await createRevokingBench();
    const tokenAt = (iat: number) => issuer.tokenFor("alice", { claims: { iat } });
    clock.advance(2);
    const [before, after] = [tokenAt(second + 1.2), tokenAt(second + 1.4)];
    expect([before, after].map((token) => verdict(verifier, token))).toEqual(["accepted", "accepted"]);
    await revocations.revoke({ kind: "user", id: "alice", before: second + 1.3 });
    expect([before, after].map((token) => verdict(verifier, token))).toEqual(["token_revoked", "accepted"]);
    await revocations.revoke({ kind: "user", id: "alice", before: second + 1 });
    expect([before, after].map((token) => verdict(verifier, token))).toEqual([
      "token_revoked",
      "token_revoked",
    ]);
  });
});
