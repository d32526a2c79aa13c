import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, secretFingerprint, sharedSecret } from "../src/index.ts";
import { createBench, verdict } from "./support.ts";

const good = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";

describe("sharedSecret", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["no versions", []],
    ["31 bytes", good.slice(1)],
    ["31 bytes as bytes", new TextEncoder().encode(good.slice(1))],
    ["Better Auth's default", "better-auth-secret-12345678901234567890"],
    ["a PEM", `-----BEGIN PUBLIC KEY-----\n${"A".repeat(64)}\n-----END PUBLIC KEY-----`],
    ["a PEM as bytes", Buffer.from(`-----BEGIN PUBLIC KEY-----\n${"A".repeat(64)}\n-----END PUBLIC KEY-----`)],
    ["a JWK", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "A".repeat(43) })],
    ["a JWKS", JSON.stringify({ keys: [{ kty: "oct", k: "A".repeat(43) }] })],
    [
      "a weak version among good ones",
      [
        { version: 2, value: good },
        { version: 1, value: "short" },
      ],
    ],
    [
      "a version twice",
      [
        { version: 1, value: good },
        { version: 1, value: good },
      ],
    ],
    ["a version that is no integer", [{ version: 1.5, value: good }]],
    ["a negative version", [{ version: -1, value: good }]],
    ["null", null],
    ["an object", {}],
  ])("refuses %s", (_case, secret) => {
    expect(() => sharedSecret(secret as string)).toThrow(ConfigurationError);
  });

  it("counts bytes, not characters", () => {
    expect(() => sharedSecret("é".repeat(15))).toThrow("30 bytes");
    expect(() => sharedSecret("aé".repeat(12))).not.toThrow();
  });

  it("asks for as many bytes as the algorithm's hash has (RFC 7518 section 3.2)", () => {
    const of = (length: number) => new Uint8Array(length).map((_, index) => index * 37);
    expect(() => sharedSecret(of(47), { algorithm: "HS384" })).toThrow("48");
    expect(() => sharedSecret(of(48), { algorithm: "HS384" })).not.toThrow();
    expect(() => sharedSecret(of(63), { algorithm: "HS512" })).toThrow("64");
    expect(() => sharedSecret(of(64), { algorithm: "HS512" })).not.toThrow();
  });

  it.each(["none", "HS1", "hs256", "RS256", "EdDSA", "constructor"])("refuses the algorithm %s", (algorithm) => {
    expect(() => sharedSecret(good, { algorithm: algorithm as "HS256" })).toThrow(ConfigurationError);
  });

  it("warns of a secret that is easy to guess, and of whitespace at its ends", () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    sharedSecret(good);
    expect(emitted).not.toHaveBeenCalled();
    sharedSecret("a".repeat(64));
    expect(emitted).toHaveBeenLastCalledWith(
      expect.any(String),
      expect.objectContaining({ code: "USHER_SECRET_WEAK" }),
    );
    sharedSecret(`${good}\n`);
    expect(emitted).toHaveBeenLastCalledWith(
      expect.any(String),
      expect.objectContaining({ code: "USHER_SECRET_SPACE" }),
    );
  });

  it("shows the secret nowhere: not in errors, not when printed", () => {
    const secret = "a-secret-that-is-too-short";
    expect(() => sharedSecret(secret)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
    const source = sharedSecret(good);
    const [key] = source.candidates({ alg: "HS256" });
    for (const shown of [
      inspect(source, { depth: 9, showHidden: true }),
      JSON.stringify(source),
      inspect(key),
      JSON.stringify(key),
    ]) {
      expect(shown).not.toContain(good);
      expect(shown).not.toContain(Buffer.from(good).toString("hex").slice(0, 12));
    }
  });

  it("does not change when the caller's bytes do", () => {
    const bytes = new TextEncoder().encode(good);
    const { issuer, verifier } = createBench({ keys: sharedSecret(bytes) }, { secret: good });
    bytes.fill(0);
    expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
  });
});

describe("secretFingerprint", () => {
  it("is stable: operators compare it between versions and machines", () => {
    expect(secretFingerprint(good)).toBe("3752248c0b297a27");
  });

  it("is the same for a text and its bytes, and another for any other secret", () => {
    expect(secretFingerprint(new TextEncoder().encode(good))).toBe(secretFingerprint(good));
    for (const other of [`${good}\n`, ` ${good}`, good.toLowerCase(), good.slice(1)]) {
      expect(secretFingerprint(other)).not.toBe(secretFingerprint(good));
    }
  });

  it("has 16 hexadecimal digits and holds nothing of the secret", () => {
    expect(secretFingerprint("0123456789abcdef0123456789abcdef")).toMatch(/^[0-9a-f]{16}$/);
    expect("0123456789abcdef0123456789abcdef").not.toContain(secretFingerprint("0123456789abcdef0123456789abcdef"));
  });
});
