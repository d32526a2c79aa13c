import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { describe, expect, it } from "vitest";
import { ConfigurationError, type KeySource, localJwks, remoteJwks, sharedSecret } from "../../src/index.ts";
import { keySource, reloadedSecret } from "../../src/keys/index.ts";
import { createLogoutVerifier } from "../../src/logout/index.ts";
import { logoutTokenFor } from "../revoking.ts";
import { createBench, refusal, startSeconds, verdict } from "../support.ts";

const [shop, partner] = ["https://shop.example", "https://partner.example"] as const;
const { clock } = createBench();

/** Every kind of key source, bound to these issuers. */
const sources: readonly [
  string,
  TestIssuer["secret"] | "keys",
  (issuer: TestIssuer, name?: string | string[]) => KeySource,
][] = [
  ["sharedSecret", "secret", ({ secret }, issuer) => sharedSecret(secret, { issuer })],
  ["reloadedSecret", "secret", ({ secret }, issuer) => reloadedSecret(() => secret, { issuer, clock })],
  ["localJwks", "keys", ({ jwks }, issuer) => localJwks(jwks(), { issuer })],
  [
    "remoteJwks",
    "keys",
    ({ jwks }, issuer) =>
      remoteJwks("https://keys.example/jwks", { issuer, clock, fetch: async () => Response.json(jwks()) }),
  ],
];

describe.each(sources)("a key belongs to its issuer: %s", (_name, kind, sourceOf) => {
  const algorithm = kind === "secret" ? "HS256" : "ES256";
  const issuerAt = (issuer: string) => createTestIssuer({ issuer, algorithm, clock });
  const [one, two] = [issuerAt(shop), issuerAt(partner)];
  const as = (issuer: TestIssuer, iss: string) => issuer.tokenFor("alice", { claims: { iss } });
  const bench = (keys: KeySource | KeySource[], issuer: string | string[] = [shop, partner]) =>
    createBench({ keys, issuer, clock }).verifier;

  it("vouches for its own issuer only, in any order", async () => {
    for (const keys of [
      [sourceOf(one, shop), sourceOf(two, partner)],
      [sourceOf(two, partner), sourceOf(one, shop)],
    ]) {
      const verifier = bench(keys);
      await verifier.ready();
      expect([as(one, shop), as(two, partner)].map((token) => verdict(verifier, token))).toEqual([
        "accepted",
        "accepted",
      ]);
      for (const token of [as(one, partner), as(two, shop)]) {
        // Twice: a refusal is not cached.
        expect([verdict(verifier, token), verdict(verifier, token)]).toEqual([
          "issuer_rejected",
          "issuer_rejected",
        ]);
        await expect(verifier.verify(token)).rejects.toMatchObject({ code: "issuer_rejected" });
      }
      const { hint } = refusal(() => verifier.verifySync(as(one, partner)));
      expect(hint).toBe(`iss is "${partner}", but the signing key belongs to "${shop}"`);
    }
    const both = bench(sourceOf(one, [shop, partner]), [shop, partner, "https://third.example"]);
    await both.ready();
    expect(refusal(() => both.verifySync(as(one, "https://third.example"))).hint).toContain(
      `belongs to "${shop}" and "${partner}"`,
    );
  });

  it("vouches for several named issuers; a single source vouches for all", async () => {
    for (const keys of [
      [sourceOf(one, [shop, partner]), sourceOf(two, partner)],
      sourceOf(one, [shop, partner]),
      sourceOf(one),
      [sourceOf(one)],
    ]) {
      const verifier = bench(keys);
      await verifier.ready();
      expect([as(one, shop), as(one, partner)].map((token) => verdict(verifier, token))).toEqual([
        "accepted",
        "accepted",
      ]);
      expect(verdict(verifier, as(one, "https://other.example"))).toBe("issuer_rejected");
    }
  });

  it("is compared with the issuer only after the signature is verified", async () => {
    const verifier = bench([sourceOf(one, shop), sourceOf(two, partner)]);
    await verifier.ready();
    const forged = one.tokenFor("alice", { claims: { iss: partner }, forgedPayload: true });
    expect(verdict(verifier, forged)).toBe("signature_invalid");
  });

  it("does not vouch for another issuer's logout token", async () => {
    const verifier = bench([sourceOf(one, shop), sourceOf(two, partner)]);
    await verifier.ready();
    const verifyLogoutToken = createLogoutVerifier(verifier);
    const logout = (issuer: TestIssuer, iss: string) =>
      verifyLogoutToken(logoutTokenFor(issuer, { claims: { iss, jti: `${iss} ${Math.random()}` } }));
    await expect(logout(one, shop)).resolves.toMatchObject({ subject: "alice", endedAt: startSeconds });
    await expect(logout(one, partner)).rejects.toMatchObject({ code: "issuer_rejected" });
    await expect(logout(two, shop)).rejects.toMatchObject({ code: "issuer_rejected" });
  });

  it("must have an issuer if there are several issuers and several sources", () => {
    for (const keys of [
      [sourceOf(one), sourceOf(two)],
      [sourceOf(one, shop), sourceOf(two)],
      [sourceOf(one), sourceOf(two, partner)],
    ]) {
      expect(() => bench(keys)).toThrow(ConfigurationError);
      expect(() => bench(keys)).toThrow(
        "each source must name its issuer, as in remoteJwks(url, { issuer })",
      );
    }
    expect(() => bench([sourceOf(one), sourceOf(two)], [shop])).not.toThrow();
    expect(() => bench([sourceOf(one), sourceOf(two)], shop)).not.toThrow();
  });

  it("must belong exactly to an issuer of the verifier", () => {
    for (const name of ["https://other.example", `${shop}/`, [shop, "https://other.example"]]) {
      expect(() => bench(sourceOf(one, name))).toThrow(ConfigurationError);
      expect(() => bench(sourceOf(one, name))).toThrow(
        `which is not an \`issuer\` of the verifier ("${shop}", "${partner}")`,
      );
    }
  });

  it.for(["", [], [""], 7, null])("rejects %j as an issuer", (issuer) => {
    expect(() => sourceOf(one, issuer as never)).toThrow(`${_name}: issuer must be a non-empty string`);
  });
});

describe("a custom key source", () => {
  it("is read for its issuers once, when the verifier is created", () => {
    const issuer = createTestIssuer({ issuer: partner, clock });
    const issuers: string[] = [shop];
    const source: KeySource = keySource({ ...sharedSecret(issuer.secret), issuers });
    const { verifier } = createBench({ keys: source, issuer: [shop, partner], clock });
    issuers.push(partner);
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("issuer_rejected");
    expect(() => keySource({ ...source, issuers: [] })).toThrow("`issuers` must be a list");
  });
});
