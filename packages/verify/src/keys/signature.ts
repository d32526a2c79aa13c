import { type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { macRoom, type SignedBytes } from "../token/signed-bytes.ts";
import { toDer } from "./algorithms/ecdsa-der.ts";
import { createMac } from "./algorithms/hmac.ts";
import { createPssVerify } from "./algorithms/rsa-pss.ts";

/** A JWS algorithm that verifies with a shared secret (RFC 7518 section 3.2). */
export type SecretAlgorithm = "HS256" | "HS384" | "HS512";
/** A JWS algorithm of RSA keys, which a key does not tell by itself (RFC 7518 sections 3.3 and 3.5). */
export type RsaAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";
/** A JWS algorithm that verifies with a public key. */
export type PublicAlgorithm = "EdDSA" | "ES256" | "ES384" | "ES512" | RsaAlgorithm;
/**
 * Every algorithm that can be verified here. `none` is not one, and neither is any other spelling of these.
 */
export type Algorithm = SecretAlgorithm | PublicAlgorithm;

/**
 * The hash of each algorithm with a secret, and its output in bytes, which is also the shortest secret (RFC
 * 7518 section 3.2).
 */
const secretMethods: Readonly<Record<SecretAlgorithm, readonly [string, number]>> = {
  HS256: ["sha256", 32],
  HS384: ["sha384", 48],
  HS512: ["sha512", 64],
};
/** The family and hash of each algorithm with a public key (RFC 7518, RFC 8037). */
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
 * A key and the one algorithm that it serves: the key decides, never a token's header (RFC 8725 section 3.1).
 */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  /** The key's id; a shared secret has none. */
  readonly kid?: string | undefined;
  /** The version of a shared secret that has versions. */
  readonly version?: number | undefined;
  /**
   * How many tokens it has verified, and when it first and last did (seconds since 1970). The verifier
   * counts; absent: none yet.
   */
  verified?: number;
  firstVerifiedAt?: number;
  lastVerifiedAt?: number;
  /**
   * Since when it is known to be listed, in seconds since 1970, and whether it was found to be needed no
   * more.
   */
  listedSince?: number;
  isIdle?: boolean;
  /** Set once the key has left its source: it verifies nothing any more, tokens seen before included. */
  retired?: boolean;
  /** Whether the signature is this key's over the bytes. The key itself is in here, and in no property. */
  readonly verify: (signed: SignedBytes, signature: Uint8Array) => boolean;
}

/**
 * The algorithms that a key set may hold keys of. Marked, so that an application without key sets need not
 * carry it.
 */
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

/** The shortest secret that an algorithm takes, in bytes. */
export function shortestSecret(algorithm: SecretAlgorithm): number {
  return secretMethods[algorithm][1];
}

/** A key that is a secret. The bytes are copied. */
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

/** A key that is public. */
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
 * The key goes to `verify` by itself wherever it can: inside of an options object, Node spends a third of an
 * RSA verification on looking it up. By itself, an RSA key verifies PKCS #1 v1.5 (RFC 7518 section 3.3).
 */
function verification(algorithm: PublicAlgorithm, material: KeyObject): VerificationKey["verify"] {
  const [family, hash] = publicMethods[algorithm];
  if (family === "pss") {
    const verifyPss = createPssVerify(hash as string, material);
    return (signed, signature) => verifyPss(bytesOf(signed), signature);
  }
  if (family === "ecdsa") {
    const length = ecdsaLengths[algorithm];
    return (signed, signature) =>
      signature.length === length && verify(hash, bytesOf(signed), material, toDer(signature));
  }
  return (signed, signature) => verify(hash, bytesOf(signed), material, signature);
}

function bytesOf({ buffer, end }: SignedBytes): Uint8Array {
  return buffer.subarray(macRoom, end);
}
