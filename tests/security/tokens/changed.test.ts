import type { SigningAlgorithm } from "@usher-auth/testing";
import fc from "fast-check";
import { describe, expect, it, type TestContext } from "vitest";
import { verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import { anyCharacter, base64url } from "./support/characters.ts";
import { worldOf } from "./support/fixture.ts";

describe("properties: a changed token", () => {
  const changedAt = (token: string, at: number, character: string): string[] => [
    token.slice(0, at) + character + token.slice(at),
    token.slice(0, at) + character + token.slice(at + 1),
  ];
  const shortenedAt = (token: string, at: number) => token.slice(0, at) + token.slice(at + 1);

  /**
   * Characters that a decoder may mistake for this one: with the same low byte, fullwidth, of plain base64.
   */
  const twinsOf = (present: string): string[] => {
    const unit = present.charCodeAt(0);
    const plain = { "-": "+", _: "/" }[present];
    const twins = [0x100, 0x2000, 0xfee0].map((offset) => String.fromCharCode(unit + offset));
    return present === "" ? [] : [...twins, ...(plain === undefined ? [] : [plain])];
  };

  /** At each position: the character removed, and replaced or preceded by each of these. */
  function expectRefused(
    algorithm: SigningAlgorithm,
    characters: (present: string) => readonly string[],
    test: TestContext,
  ): void {
    const { issuer, verifier } = worldOf(algorithm);
    const token = issuer.tokenFor("alice");
    expect(verdict(verifier, token)).toBe("accepted");
    for (let at = 0; at <= token.length; at++) {
      const changed = characters(token.charAt(at)).flatMap((character) => changedAt(token, at, character));
      for (const one of [...changed, shortenedAt(token, at)]) {
        if (one === token) continue;
        if (verdict(verifier, one) === "accepted") expect.fail(`accepted: ${one}, of ${token}`);
        count(test, { tokens: 1 });
      }
    }
  }

  it("is rejected with every character of the alphabet at every position, HS256", (test) => {
    expectRefused("HS256", () => [...base64url, ".", "="], test);
  });

  const algorithms = ["HS256", "EdDSA", "ES256", "ES384", "ES512", "RS256", "PS256"] as const;
  it.for(algorithms)(
    "is rejected with a look-alike or any other character at every position, %s",
    (algorithm, test) => {
      expectRefused(algorithm, (present) => [...twinsOf(present), ...fc.sample(anyCharacter, 1)], test);
    },
  );
});
