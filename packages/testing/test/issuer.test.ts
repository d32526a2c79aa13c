import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTestIssuer } from "../src/index.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const issuer = createTestIssuer({ clock: () => now });
const decode = (segment: string | undefined) =>
  JSON.parse(Buffer.from(segment ?? "", "base64url").toString());
const read = (token: string) => {
  const [header, claims, signature] = token.split(".");
  return { header: decode(header), claims: decode(claims), signature, signed: `${header}.${claims}` };
};
const hmac = (text: string, secret = issuer.secret, hash = "sha256") =>
  createHmac(hash, secret).update(text).digest("base64url");

describe("createTestIssuer", () => {
  it("issues tokens like those of usherJwt()", () => {
    const { header, claims, signature, signed } = read(
      issuer.tokenFor({ id: "u1", email: "a@example.com", emailVerified: false, name: "Alice" }),
    );
    expect(header).toEqual({ alg: "HS256", typ: "JWT" });
    expect(claims).toEqual({
      sub: "u1",
      sid: expect.any(String),
      jti: expect.any(String),
      iat: now / 1000,
      exp: now / 1000 + 300,
      iss: issuer.issuer,
      aud: issuer.audience,
      email: "a@example.com",
      email_verified: false,
      name: "Alice",
    });
    expect(read(issuer.tokenFor("u2")).claims).toMatchObject({
      email: "u2@example.com",
      email_verified: true,
    });
    expect(signature).toBe(hmac(signed));
  });

  it("issues access tokens like those of Better Auth's OAuth provider", () => {
    const { header, claims, signature, signed } = read(
      issuer.accessTokenFor({ id: "u1", name: "Alice" }, { clientId: "c1", scope: "a b" }),
    );
    expect(header).toEqual({ alg: "HS256", typ: "at+jwt" });
    expect(claims).toEqual({
      sub: "u1",
      client_id: "c1",
      azp: "c1",
      scope: "a b",
      sid: expect.any(String),
      jti: expect.any(String),
      iat: now / 1000,
      exp: now / 1000 + 300,
      iss: "https://app.example.com/api/auth",
      aud: issuer.audience,
    });
    expect(signature).toBe(hmac(signed));
    expect(read(issuer.accessTokenFor("u1")).claims).toMatchObject({ client_id: "test-client", scope: "" });
    const own = createTestIssuer({ issuer: "https://i.example", accessTokenIssuer: "https://o.example" });
    expect(read(own.accessTokenFor("u1")).claims.iss).toBe("https://o.example");
    expect(createTestIssuer({ issuer: "https://i.example" }).accessTokenIssuer).toBe(
      "https://i.example/api/auth",
    );
  });

  it("issues access tokens of a client that acts for itself: without a session", () => {
    const { claims } = read(issuer.clientTokenFor("c1", { scope: "a" }));
    expect(claims).toMatchObject({ sub: "c1", client_id: "c1", azp: "c1", scope: "a" });
    expect(claims).not.toHaveProperty("sid");
  });

  it("an access token takes every fault of a session token", () => {
    const faults = { wrongIssuer: true, wrongAudience: true, expired: true, claims: { scope: 1 } };
    const { claims } = read(issuer.accessTokenFor("u1", faults));
    expect(claims).toMatchObject({ iss: "https://another-issuer.example", scope: 1 });
    expect(claims.exp).toBeLessThan(now / 1000);
    expect(read(issuer.clientTokenFor("c1", { header: { typ: "JWT" } })).header.typ).toBe("JWT");
    expect(issuer.accessTokenFor("u1", { unsigned: true })).toMatch(/\.$/);
  });

  it("has a random secret and HS256 by default", () => {
    expect(createTestIssuer().secret).not.toBe(createTestIssuer().secret);
    const given = createTestIssuer({ secret: "given", algorithm: "HS512" });
    const { header, signature, signed } = read(given.tokenFor("u1"));
    expect([header.alg, signature]).toEqual(["HS512", hmac(signed, "given", "sha512")]);
  });

  it("each fault changes only what it says", () => {
    const seconds = now / 1000;
    expect(read(issuer.tokenFor("u1", { expired: true })).claims.exp).toBeLessThan(seconds);
    expect(read(issuer.tokenFor("u1", { notYetValid: true })).claims.nbf).toBeGreaterThan(seconds);
    expect(read(issuer.tokenFor("u1", { issuedInFuture: true })).claims.iat).toBeGreaterThan(seconds);
    expect(read(issuer.tokenFor("u1", { wrongIssuer: true })).claims.iss).not.toBe(issuer.issuer);
    expect(read(issuer.tokenFor("u1", { wrongAudience: true })).claims.aud).not.toBe(issuer.audience);
    expect(read(issuer.tokenFor("u1", { expiresIn: 7 })).claims.exp).toBe(seconds + 7);
    expect(read(issuer.tokenFor("u1", { claims: { sid: undefined, role: "x" } })).claims).not.toHaveProperty(
      "sid",
    );
    expect(read(issuer.tokenFor("u1", { header: { kid: "k", typ: undefined } })).header).toEqual({
      alg: "HS256",
      kid: "k",
    });
    for (const fault of ["expired", "notYetValid", "wrongIssuer", "wrongAudience"]) {
      const { signature, signed } = read(issuer.tokenFor("u1", { [fault]: true }));
      expect(signature).toBe(hmac(signed));
    }
  });

  it("wrongSecret, tampered, forgedPayload and unsigned break the signature", () => {
    for (const fault of ["wrongSecret", "tampered", "forgedPayload"]) {
      const { signature, signed } = read(issuer.tokenFor("u1", { [fault]: true }));
      expect(signature).toHaveLength(43);
      expect(signature).not.toBe(hmac(signed));
    }
    expect(read(issuer.tokenFor("u1", { unsigned: true }))).toMatchObject({
      header: { alg: "none" },
      signature: "",
    });
  });
});
