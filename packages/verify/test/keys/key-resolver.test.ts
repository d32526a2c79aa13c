import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it } from "vitest";
import { type KeySource, localJwks, remoteJwks, sharedSecret } from "../../src/index.ts";
import { bindSources } from "../../src/keys/bound-source.ts";
import { keySource, keyStatus, keyUsage } from "../../src/keys/index.ts";
import { createKeyResolver } from "../../src/keys/key-resolver.ts";
import type { KeyStatus } from "../../src/keys/key-source.ts";
import { createBench, refusal, startSeconds } from "../support.ts";

const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
const keyPairs = createTestIssuer({ algorithm: "ES256" });

describe("the hint of algorithm_rejected", () => {
  const publicNames = "EdDSA, ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512";
  const keyPairAdvice =
    "; the token is signed with a key pair, as Better Auth's own jwt() does: verify it with remoteJwks() or USHER_JWKS_URL, or issue it with usherJwt()";
  const secretAdvice =
    "; the token is signed with a shared secret: add sharedSecret() to the keys, or secret to USHER_KEYS, if it is meant to be";
  const hintOf = (keys: KeySource | KeySource[], alg: string) => {
    const { issuer, verifier } = createBench({ keys });
    return refusal(() => verifier.verifySync(issuer.tokenFor("alice", { header: { alg } }))).hint;
  };

  it.each(["EdDSA", "Ed25519", "ES256", "RS256", "PS256"])("with secrets only, for %s", (alg) => {
    expect(hintOf(sharedSecret(secret), alg)).toBe(`expected HS256${keyPairAdvice}`);
  });

  it.each(["none", "HS384", "xES256", ""])("with secrets only, for %j", (alg) => {
    expect(hintOf(sharedSecret(secret), alg)).toBe("expected HS256");
  });

  it("with key pairs only", () => {
    expect(hintOf(localJwks(keyPairs.jwks()), "HS256")).toBe(`expected ${publicNames}${secretAdvice}`);
    expect(hintOf(localJwks(keyPairs.jwks()), "none")).toBe(`expected ${publicNames}`);
    expect(hintOf(localJwks(keyPairs.jwks()), "xHS")).toBe(`expected ${publicNames}`);
  });

  it("with both, each algorithm once", () => {
    const keys = [sharedSecret(secret), sharedSecret(`${secret}!`), localJwks(keyPairs.jwks())];
    for (const alg of ["none", "HS384", "ES256K"])
      expect(hintOf(keys, alg)).toBe(`expected HS256, ${publicNames}`);
  });
});

describe("the hint of an invalid signature", () => {
  const tampered = (keys: KeySource | KeySource[], issuer = keyPairs) => {
    const { verifier } = createBench({ keys, clock: Date.now });
    return refusal(() => verifier.verifySync(issuer.tokenFor("alice", { tampered: true })));
  };

  it("with a key pair", () => {
    expect(tampered(localJwks(keyPairs.jwks()))).toMatchObject({
      code: "signature_invalid",
      hint: "changed in transit, or signed with another key",
    });
  });

  it("with a shared secret: the listed versions, and what to compare", () => {
    const { hint } = tampered(sharedSecret(secret), createTestIssuer({ secret }));
    expect(hint).toMatch(
      /^changed in transit, or signed with a secret that is not listed here \(.*fingerprint.*\)/,
    );
    expect(hint).toMatch(
      /: compare the fingerprints of issuer and API; in a rotation, list a version here before the issuer signs with it$/,
    );
  });

  it("is that of the first source with a matching key", () => {
    const [one, other] = [createTestIssuer({ secret }), sharedSecret(`${secret}!`)];
    expect(tampered([other, sharedSecret(secret)], one).hint).toBe(tampered(other, one).hint);
  });

  it("with an unknown key", () => {
    const { verifier } = createBench({ keys: localJwks(keyPairs.jwks()), clock: Date.now });
    expect(
      refusal(() => verifier.verifySync(keyPairs.tokenFor("alice", { header: { kid: "x" } }))),
    ).toMatchObject({
      code: "key_unknown",
      hint: "no key fits this token",
    });
  });
});

describe("several sources as one", () => {
  /** A source with fetched keys, in a state that the test sets. */
  function remoteIn(state: KeyStatus["state"], calls: string[] = [], age?: number) {
    const status: KeyStatus = { state, ...(age !== undefined && { age }) };
    const remote = {
      maintain: () => void calls.push("maintain"),
      overdue: () => state === "stale",
      unavailable: () => undefined,
      refresh: async () => {
        calls.push(`refresh ${state}`);
        if (state === "missing") throw new Error("out");
      },
      status: () => status,
    };
    const source = keySource({ algorithms: new Set(["ES256"]), candidates: () => [], remote });
    return { source, status };
  }
  const resolverOf = (...sources: KeySource[]) =>
    createKeyResolver(bindSources(sources, ["https://app.example.com"]), 60);
  const statusOf = (...keys: KeySource[]) => keyStatus(createBench({ keys }).verifier);

  it("have the status of the worst of them", () => {
    const [fresh, stale, missing] = (["fresh", "stale", "missing"] as const).map((state) => remoteIn(state));
    if (fresh === undefined || stale === undefined || missing === undefined)
      throw new Error("three were made");
    expect(statusOf(fresh.source, stale.source, missing.source)).toBe(missing.status);
    expect(statusOf(fresh.source, stale.source)).toBe(stale.status);
    expect(statusOf(stale.source, fresh.source)).toBe(stale.status);
    expect(statusOf(fresh.source, sharedSecret(secret))).toBe(fresh.status);
    expect(statusOf(sharedSecret(secret))).toEqual({ state: "fresh" });
    expect(keyStatus([])).toEqual({ state: "fresh" });
  });

  it("have the status of the oldest of equal ones, also of several verifiers", () => {
    const [young, old, stale] = [
      remoteIn("fresh", [], 2),
      remoteIn("fresh", [], 30),
      remoteIn("stale", [], 9),
    ];
    expect(statusOf(young.source, old.source, remoteIn("fresh").source)).toBe(old.status);
    expect(statusOf(old.source, young.source)).toBe(old.status);
    // Keys that do not age are younger than those that were fetched just now.
    const [ageless, newest] = [remoteIn("fresh"), remoteIn("fresh", [], 0)];
    expect(statusOf(ageless.source, newest.source)).toBe(newest.status);
    expect(statusOf(newest.source, ageless.source)).toBe(newest.status);
    const verifiers = [young, old, stale].map(({ source }) => createBench({ keys: source }).verifier);
    expect(keyStatus(verifiers.slice(0, 2))).toBe(old.status);
    expect(keyStatus(verifiers)).toBe(stale.status);
  });

  it("refresh each one that can, even if others fail; ready() refreshes only the missing ones", async () => {
    const calls: string[] = [];
    const sources = (["missing", "fresh", "stale"] as const).map((state) => remoteIn(state, calls).source);
    const resolver = resolverOf(...sources);
    await resolver.verifyWithKeys(() => "verified", "a token");
    expect(calls).toEqual(["refresh missing", "refresh fresh", "refresh stale"]);
    calls.length = 0;
    await expect(resolver.ready()).rejects.toMatchObject({
      code: "keys_unavailable",
      hint: "a key source failed: out",
    });
    expect(calls).toEqual(["refresh missing"]);
    calls.length = 0;
    resolver.maintain();
    expect(calls).toEqual(["maintain", "maintain", "maintain"]);
  });

  it("are overdue if one is", () => {
    const [fresh, stale] = [remoteIn("fresh").source, remoteIn("stale").source];
    const outcomeOf = (...sources: KeySource[]) =>
      resolverOf(...sources).verifyWithKeys(() => "verified", "a token");
    expect(outcomeOf(fresh)).toBe("verified");
    expect(outcomeOf(fresh, stale)).toBeInstanceOf(Promise);
  });
});

describe("keyUsage of key pairs", () => {
  it("has the kid if there is one, and no version", async () => {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const [jwk] = issuer.jwks().keys as readonly { kid: string }[];
    const { verifier } = createBench({ keys: localJwks({ keys: [jwk, { ...jwk, kid: undefined }] }), clock });
    verifier.verifySync(issuer.tokenFor("alice"));
    expect(keyUsage(verifier)).toEqual([
      { algorithm: "ES256", kid: jwk?.kid, verified: 1, lastVerifiedAt: startSeconds },
      { algorithm: "ES256", verified: 0 },
    ]);
  });

  it("lists a key that several verifiers share once, and the same key of another source again", () => {
    const { clock, issuer } = createBench();
    const shared = sharedSecret(issuer.secret);
    const [one, other, own] = [shared, shared, sharedSecret(issuer.secret)].map(
      (keys) => createBench({ keys, clock }).verifier,
    );
    if (one === undefined || other === undefined || own === undefined) throw new Error("three were made");
    for (const verifier of [one, other, own]) verifier.verifySync(issuer.tokenFor("alice"));
    expect(keyUsage([one, other]).map(({ verified }) => verified)).toEqual([2]);
    expect(keyUsage([one, other, own]).map(({ verified }) => verified)).toEqual([2, 1]);
    expect(() => keyUsage([one, {} as typeof one])).toThrow("verifier: give createVerifier(...)");
  });

  it("is undefined for a source without one", () => {
    const source = keySource({ algorithms: new Set(["ES256"]), candidates: () => [] });
    expect(keyUsage(createBench({ keys: source }).verifier)).toEqual([]);
  });

  it("lists the keys that a fetched set has now", async () => {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const fetch = async () => new Response(JSON.stringify(issuer.jwks()));
    const { verifier } = createBench({
      keys: remoteJwks("https://app.example.com/jwks", { fetch, clock }),
      clock,
    });
    expect(keyUsage(verifier)).toEqual([]);
    await verifier.ready();
    expect(keyUsage(verifier)).toEqual([{ algorithm: "ES256", kid: expect.any(String), verified: 0 }]);
  });
});
