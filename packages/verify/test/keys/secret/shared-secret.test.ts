import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, sharedSecret } from "../../../src/index.ts";
import { secretFingerprint } from "../../../src/keys/index.ts";
import { createBench, verdict } from "../../support.ts";

const good = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";

describe("sharedSecret", () => {
  afterEach(() => vi.restoreAllMocks());

  const opensslAdvice = "Make one with: openssl rand -base64 48";
  const absent =
    "sharedSecret: no secret given. Set BETTER_AUTH_SECRET to the value that the Better Auth server has.";
  const short = `The shared secret has 31 bytes; at least 32 are needed. ${opensslAdvice}`;
  const published = `The shared secret is a published default. ${opensslAdvice}`;
  const publicKey = "The shared secret is a PEM, a JWK or a JWKS: a public key is not a secret.";
  const noList =
    "sharedSecret: must be a string, bytes, or a list of { version, value } with unique non-negative integers as versions.";
  const pem = `-----BEGIN PUBLIC KEY-----\n${"A".repeat(64)}\n-----END PUBLIC KEY-----`;

  it.each<[string, unknown, string]>([
    ["nothing", undefined, absent],
    ["null", null, absent],
    ["an empty text", "", absent],
    ["no bytes", new Uint8Array(), absent],
    ["no versions", [], absent],
    ["31 bytes", good.slice(1), short],
    ["31 bytes as bytes", new TextEncoder().encode(good.slice(1)), short],
    ["Better Auth's default", "better-auth-secret-12345678901234567890", published],
    ["Better Auth's longer default", "better-auth-secret-123456789012345678901234567890", published],
    ["a guide's", "your-256-bit-secret-your-256-bit-secret", published],
    ["hexadecimal digits in order", "0123456789abcdef0123456789abcdef", published],
    ["decimal digits in order", "01234567890123456789012345678901", published],
    ["a PEM", pem, publicKey],
    ["a PEM after a comment", `# production\n${pem}`, publicKey],
    ["a PEM as bytes", Buffer.from(pem), publicKey],
    ["an SSH key", `ssh-ed25519 ${"A".repeat(68)} me@example.com`, publicKey],
    ["an SSH key of a curve", `ecdsa-sha2-nistp256 ${"A".repeat(68)}`, publicKey],
    ["a JWK", JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "A".repeat(43) }), publicKey],
    ["a JWK after a line break", `\n${JSON.stringify({ kty: "OKP", x: "A".repeat(43) })}`, publicKey],
    ["a JWKS", JSON.stringify({ keys: [{ kty: "oct", k: "A".repeat(43) }] }), publicKey],
    [
      "a weak version among strong ones",
      [
        { version: 2, value: good },
        { version: 1, value: "short" },
      ],
      `Version 1 of the shared secret has 5 bytes; at least 32 are needed. ${opensslAdvice}`,
    ],
    [
      "a version twice",
      [
        { version: 1, value: good },
        { version: 1, value: `${good}!` },
      ],
      noList,
    ],
    ["a version that is not an integer", [{ version: 1.5, value: good }], noList],
    ["a negative version", [{ version: -1, value: good }], noList],
    ["no version", [{ value: good }], noList],
    ["a version without a value", [{ version: 1 }], noList],
    ["a version that is null", [null], noList],
    ["an invalid version among valid ones", [{ version: 1, value: good }, {}], noList],
    ["an object", {}, noList],
    ["a number", 1, noList],
  ])("rejects %s, and says what to do", (_case, secret, message) => {
    expect(() => sharedSecret(secret as string)).toThrow(new ConfigurationError(message));
  });

  it.each<[string, unknown]>([
    ["version 0", [{ version: 0, value: good }]],
    ["bytes as a version's value", [{ version: 1, value: new TextEncoder().encode(good) }]],
    ["a text that begins like JSON", `{${good}`],
    ["JSON that is not a key", JSON.stringify({ secret: good })],
    ["a list in JSON", JSON.stringify([good])],
    ["a text that contains a word of an SSH key", `my ssh-ed25519 ${good}`],
  ])("takes %s", (_case, secret) => {
    expect(() => sharedSecret(secret as string)).not.toThrow();
  });

  it("names the listed versions and fingerprints", () => {
    const [one, two] = [good, `${good}!`];
    expect(sharedSecret(one).description?.()).toBe(`fingerprint ${secretFingerprint(one)}`);
    const versions = [
      { version: 2, value: two },
      { version: 1, value: one },
    ];
    expect(sharedSecret(versions).description?.()).toBe(
      `version 2, fingerprint ${secretFingerprint(two)}; version 1, fingerprint ${secretFingerprint(one)}`,
    );
  });

  it("has keys for tokens with its algorithm only", () => {
    const source = sharedSecret(good);
    expect([...source.algorithms]).toEqual(["HS256"]);
    expect(source.candidates({ alg: "HS256" })).toHaveLength(1);
    expect(source.candidates({ alg: "HS512" })).toEqual([]);
    expect(source.keys?.()).toEqual(source.candidates({ alg: "HS256" }));
  });

  it("counts bytes, not characters", () => {
    expect(() => sharedSecret("é".repeat(15))).toThrow("30 bytes");
    expect(() => sharedSecret("aé".repeat(12))).not.toThrow();
  });

  it("requires as many bytes as the algorithm's hash has (RFC 7518 section 3.2)", () => {
    const of = (length: number) => new Uint8Array(length).map((_, index) => index * 37);
    expect(() => sharedSecret(of(47), { algorithm: "HS384" })).toThrow("48");
    expect(() => sharedSecret(of(48), { algorithm: "HS384" })).not.toThrow();
    expect(() => sharedSecret(of(63), { algorithm: "HS512" })).toThrow("64");
    expect(() => sharedSecret(of(64), { algorithm: "HS512" })).not.toThrow();
  });

  it.each(["none", "HS1", "hs256", "RS256", "EdDSA", "constructor", ["HS256"]])(
    "rejects the algorithm %j",
    (algorithm) => {
      expect(() => sharedSecret(good, { algorithm: algorithm as "HS256" })).toThrow(
        new ConfigurationError("algorithm: a shared secret verifies HS256, HS384 or HS512."),
      );
    },
  );

  it("warns of a secret that is easy to guess, and of whitespace at its ends", () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    sharedSecret(good);
    expect(emitted).not.toHaveBeenCalled();
    sharedSecret("a".repeat(64));
    expect(emitted).toHaveBeenLastCalledWith(
      "The shared secret looks easy to guess. Make one with: openssl rand -base64 48",
      { type: "UsherWarning", code: "USHER_SECRET_WEAK" },
    );
    expect(emitted).toHaveBeenCalledTimes(1);
    sharedSecret(`${good}\n`);
    expect(emitted).toHaveBeenLastCalledWith(
      "The shared secret begins or ends with whitespace: the issuer must have exactly the same.",
      { type: "UsherWarning", code: "USHER_SECRET_SPACE" },
    );
    expect(emitted).toHaveBeenCalledTimes(2);
  });

  it("warns of a secret with less than 96 bits of entropy", () => {
    const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    // Eight different characters, four times each: 3 bits for each of 32. Seven have less.
    sharedSecret("abcdefgh".repeat(4));
    expect(emitted).not.toHaveBeenCalled();
    sharedSecret("abcdefga".repeat(4));
    expect(emitted).toHaveBeenCalledTimes(1);
  });

  it("never shows the secret, in errors or when printed", () => {
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

  it("does not change if the caller changes the bytes", () => {
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

  it("is the same for a string and its bytes, and differs for any other secret", () => {
    expect(secretFingerprint(new TextEncoder().encode(good))).toBe(secretFingerprint(good));
    for (const other of [`${good}\n`, ` ${good}`, good.toLowerCase(), good.slice(1)]) {
      expect(secretFingerprint(other)).not.toBe(secretFingerprint(good));
    }
  });

  it("has 16 hexadecimal digits, and nothing of the secret", () => {
    expect(secretFingerprint("0123456789abcdef0123456789abcdef")).toMatch(/^[0-9a-f]{16}$/);
    expect("0123456789abcdef0123456789abcdef").not.toContain(
      secretFingerprint("0123456789abcdef0123456789abcdef"),
    );
  });
});
