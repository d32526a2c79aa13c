import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from "node:crypto";

/** A JWS algorithm that verifies with a shared secret (RFC 7518 section 3.2). */
export type SecretAlgorithm = "HS256" | "HS384" | "HS512";
/** A JWS algorithm of RSA keys, which a key does not tell by itself (RFC 7518 sections 3.3 and 3.5). */
export type RsaAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";
/** A JWS algorithm that verifies with a public key. */
export type PublicAlgorithm = "EdDSA" | "ES256" | "ES384" | "ES512" | RsaAlgorithm;
/** Every algorithm that can be verified here. `none` is not one, and neither is any other spelling of these. */
export type Algorithm = SecretAlgorithm | PublicAlgorithm;

type Method =
  | { readonly family: "hmac" | "ecdsa" | "rsa" | "rsa-pss"; readonly hash: string }
  | { readonly family: "eddsa" };

/** How each algorithm verifies: RFC 7518 section 3, and RFC 8037 section 3.1 for EdDSA. */
const methods: Readonly<Record<Algorithm, Method>> = {
  HS256: { family: "hmac", hash: "sha256" },
  HS384: { family: "hmac", hash: "sha384" },
  HS512: { family: "hmac", hash: "sha512" },
  EdDSA: { family: "eddsa" },
  ES256: { family: "ecdsa", hash: "sha256" },
  ES384: { family: "ecdsa", hash: "sha384" },
  ES512: { family: "ecdsa", hash: "sha512" },
  RS256: { family: "rsa", hash: "sha256" },
  RS384: { family: "rsa", hash: "sha384" },
  RS512: { family: "rsa", hash: "sha512" },
  PS256: { family: "rsa-pss", hash: "sha256" },
  PS384: { family: "rsa-pss", hash: "sha384" },
  PS512: { family: "rsa-pss", hash: "sha512" },
};

/** A key and the one algorithm that it serves: the key decides, never a token's header (RFC 8725 section 3.1). */
export interface VerificationKey {
  readonly algorithm: Algorithm;
  /** The key's id; a shared secret has none. */
  readonly kid?: string;
  /** Prints as `[secret]` or its like: key material is never in a property of its own. */
  readonly material: KeyObject;
  /** Set once the key has left its source: it verifies nothing any more, tokens seen before included. */
  retired?: boolean;
}

const names = Object.keys(methods) as Algorithm[];
const secretNames = names.filter((name): name is SecretAlgorithm => methods[name].family === "hmac");
const publicNames = names.filter((name): name is PublicAlgorithm => methods[name].family !== "hmac");

/** The algorithms that a key set may hold keys of. */
export const publicAlgorithms: ReadonlySet<PublicAlgorithm> = new Set(publicNames);

export function isSecretAlgorithm(name: unknown): name is SecretAlgorithm {
  return (secretNames as unknown[]).includes(name);
}

export function isPublicAlgorithm(name: unknown): name is PublicAlgorithm {
  return (publicNames as unknown[]).includes(name);
}

export function isRsaAlgorithm(name: unknown): name is RsaAlgorithm {
  return isPublicAlgorithm(name) && methods[name].family.startsWith("rsa");
}

/** The output of each algorithm's hash in bytes, which is also the shortest secret allowed (RFC 7518 section 3.2). */
export const digestLength: Readonly<Record<SecretAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

/** Whether `signature` is the key's over `signingInput`. Comparing MACs takes the same time wherever they differ. */
export function verifySignature(key: VerificationKey, signingInput: string, signature: Buffer): boolean {
  const method = methods[key.algorithm];
  switch (method.family) {
    case "hmac": {
      const expected = createHmac(method.hash, key.material).update(signingInput, "latin1").digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    }
    case "eddsa":
      return verify(null, Buffer.from(signingInput, "latin1"), key.material, signature);
    case "ecdsa":
      // RFC 7518 section 3.4: R and S side by side, and not DER.
      return verify(
        method.hash,
        Buffer.from(signingInput, "latin1"),
        { key: key.material, dsaEncoding: "ieee-p1363" },
        signature,
      );
    case "rsa":
      return verify(
        method.hash,
        Buffer.from(signingInput, "latin1"),
        { key: key.material, padding: constants.RSA_PKCS1_PADDING },
        signature,
      );
    case "rsa-pss":
      // RFC 7518 section 3.5: the salt is as long as the hash, and no other length will do.
      return verify(
        method.hash,
        Buffer.from(signingInput, "latin1"),
        { key: key.material, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
        signature,
      );
  }
}
