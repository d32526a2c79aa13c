import { type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { toDer } from "./algorithms/ecdsa-der.ts";
import { createMac } from "./algorithms/hmac.ts";
import { createPssVerify } from "./algorithms/rsa-pss.ts";

/** A JWS algorithm with a shared secret (RFC 7518 section 3.2). */
export type SecretAlgorithm = "HS256" | "HS384" | "HS512";
/** A JWS algorithm of RSA keys. The key does not determine it (RFC 7518 sections 3.3 and 3.5). */
export type RsaAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";
/** A JWS algorithm with a public key. */
export type PublicAlgorithm = "EdDSA" | "ES256" | "ES384" | "ES512" | RsaAlgorithm;
/** Every supported algorithm. Does not include `none` or any other spelling. */
export type Algorithm = SecretAlgorithm | PublicAlgorithm;

/**
 * The hash of each shared-secret algorithm and its output in bytes, which is also the shortest secret (RFC
 * 7518 section 3.2).
 */
const secretMethods: Readonly<Record<SecretAlgorithm, readonly [string, number]>> = {
  HS256: ["sha256", 32],
  HS384: ["sha384", 48],
  HS512: ["sha512", 64],
};
/** The family and the hash of each public-key algorithm (RFC 7518, RFC 8037). */
const publicMethods: Readonly<
  Record<PublicAlgorithm, readonly ["eddsa" | "ecdsa" | "rsa" | "pss", string | null]>
> = {
  EdDSA: ["eddsa", null],
  ES256: ["ecdsa", "sha256"],
  ES384: ["ecdsa", "sha384"],
  ES512: ["ecdsa", "sha512"],
  RS256: ["rsa", "sha256"],
  RS384: ["rsa", "sha384"],
  RS512: ["rsa", "sha512"],
  PS256: ["pss", "sha256"],
  PS384: ["pss", "sha384"],
  PS512: ["pss", "sha512"],
};

/** The length of an ECDSA signature in bytes, R and S side by side (RFC 7518 section 3.4). */
const ecdsaLengths: Readonly<Record<string, number>> = { ES256: 64, ES384: 96, ES512: 132 };

/**
 * A key and its one algorithm. The key decides the algorithm, never a token's header (RFC 8725 section 3.1).
 */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  /** The key's id. A shared secret has none. */
  readonly kid?: string | undefined;
  /** The version of a shared secret with versions. */
  readonly version?: number | undefined;
  /**
   * How many tokens the key verified, and when it first and last did, in seconds since 1970. Written by the
   * verifier; absent before the first.
   */
  verified?: number;
  firstVerifiedAt?: number;
  lastVerifiedAt?: number;
  /** Since when the key is listed, in seconds since 1970, and whether it was reported as no longer needed. */
  listedSince?: number;
  isIdle?: boolean;
  /** Set when the key leaves its source. It verifies nothing from then on, cached tokens included. */
  retired?: boolean;
  /**
   * Whether the signature over the bytes is valid. The key material is in this function's closure and in no
   * property.
   */
  readonly verify: (signed: Uint8Array, signature: Uint8Array) => boolean;
}

/** The algorithms of keys in a key set. Marked as pure, so that a bundle without key sets omits it. */
export const publicAlgorithms: ReadonlySet<PublicAlgorithm> = /* @__PURE__ */ new Set(
  /* @__PURE__ */ Object.keys(publicMethods) as PublicAlgorithm[],
);

export function isSecretAlgorithm(name: unknown): name is SecretAlgorithm {
  return typeof name === "string" && Object.hasOwn(secretMethods, name);
}

export function isPublicAlgorithm(name: unknown): name is PublicAlgorithm {
  return typeof name === "string" && Object.hasOwn(publicMethods, name);
}

export function isRsaAlgorithm(name: unknown): name is RsaAlgorithm {
  return isPublicAlgorithm(name) && (publicMethods[name][0] === "rsa" || publicMethods[name][0] === "pss");
}

/** The shortest secret of an algorithm, in bytes. */
export function shortestSecret(algorithm: SecretAlgorithm): number {
  return secretMethods[algorithm][1];
}

/** Creates a key from a secret. The bytes are copied. */
export function secretKey(algorithm: SecretAlgorithm, secret: Uint8Array, version?: number): VerificationKey {
  const [hash, length] = secretMethods[algorithm];
  const mac = createMac(hash, secret);
  return {
    algorithm,
    version,
    // The comparison takes the same time wherever the two differ.
    verify: (signed, signature) => signature.length === length && timingSafeEqual(mac(signed), signature),
  };
}

/** Creates a key from a public key. */
export function publicKey(
  algorithm: PublicAlgorithm,
  material: KeyObject,
  kid: string | undefined,
): VerificationKey {
  return {
    algorithm,
    kid,
    verify: verification(algorithm, material),
  };
}

/**
 * Passes the key to `verify` directly wherever possible: with an options object, Node spends a third of an
 * RSA verification on looking up the key. A plain RSA key verifies PKCS #1 v1.5 (RFC 7518 section 3.3).
 */
function verification(algorithm: PublicAlgorithm, material: KeyObject): VerificationKey["verify"] {
  const [family, hash] = publicMethods[algorithm];
  if (family === "pss") {
    return createPssVerify(hash as string, material);
  }
  if (family === "ecdsa") {
    const length = ecdsaLengths[algorithm];
    return (signed, signature) =>
      signature.length === length && verify(hash, signed, material, toDer(signature));
  }
  return (signed, signature) => verify(hash, signed, material, signature);
}
