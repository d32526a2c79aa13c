import type { SigningAlgorithm } from "@usher-auth/testing";
import { createVerifier } from "@usher-auth/verify";
import { cachedVerifiersOf, usherOptions, verifiersOf } from "../contenders.ts";
import { floorOf } from "../floor.ts";
import { type Effort, measure, type Timings } from "../rounds.ts";
import { makeTokens } from "../tokens.ts";

/** Distinct tokens, without any cache. */
export async function uncached(
  algorithm: SigningAlgorithm,
  length: number,
  effort: Effort,
): Promise<Timings> {
  const set = makeTokens(algorithm, length, 2000);
  return measure([floorOf(set), ...(await verifiersOf(set))], effort);
}

/** A thousand tokens that are all cached. */
export async function cached(algorithm: SigningAlgorithm, effort: Effort): Promise<Timings> {
  return measure(cachedVerifiersOf(makeTokens(algorithm, 530, 1000)), effort);
}

/** Tokens that are rejected, compared with one that is accepted, without a cache. */
export async function refused(effort: Effort): Promise<Timings> {
  const set = makeTokens("HS256", 530, 2000);
  const verifier = createVerifier({ ...usherOptions(set), cache: false });
  const broken = (change: (token: string) => string) => {
    const tokens = set.tokens.map(change);
    return (index: number) => {
      try {
        verifier.verifySync(tokens[index % tokens.length] as string);
      } catch (error) {
        return error;
      }
      throw new Error("a broken token was accepted");
    };
  };
  const otherHeader = Buffer.from(JSON.stringify({ alg: "RS256", typ: "JWT" })).toString("base64url");
  return measure(
    [
      { name: "accepted", run: (index) => verifier.verifySync(set.tokens[index % 2000] as string) },
      { name: "signature", run: broken((token) => `${token.slice(0, -8)}AAAAAAAA`) },
      { name: "size", run: broken((token) => token.padEnd(9000, "A")) },
      { name: "form", run: broken((token) => `${token.slice(0, 100)}=${token.slice(101)}`) },
      { name: "algorithm", run: broken((token) => otherHeader + token.slice(token.indexOf("."))) },
    ],
    effort,
  );
}
