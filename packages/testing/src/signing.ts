import {
  constants,
  createHmac,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";

const hashes = { "256": "sha256", "384": "sha384", "512": "sha512" } as const;
const curves = { "256": "P-256", "384": "P-384", "512": "P-521" } as const;

/** The algorithms of a test issuer with a shared secret. */
export type SecretSigningAlgorithm = "HS256" | "HS384" | "HS512";
/** The algorithms of a test issuer with a key pair. */
export type KeyPairSigningAlgorithm = "EdDSA" | `${"ES" | "RS" | "PS"}${"256" | "384" | "512"}`;
/** The algorithms of a test issuer. */
export type SigningAlgorithm = SecretSigningAlgorithm | KeyPairSigningAlgorithm;

/** Signs with one key. */
export interface Signer {
  readonly algorithm: SigningAlgorithm;
  /** The id and the public key of a key pair. A secret has neither. */
  readonly kid?: string;
  readonly publicJwk?: JsonWebKey & { readonly kid: string; readonly alg: string };
  /** The base64url signature over a signing input. */
  sign(signingInput: string): string;
}

/** Encodes a value as JSON in base64url: a segment of a JWS (RFC 7515 section 3.1). */
export function jsonSegment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Signs with HMAC and a shared secret (RFC 7518 section 3.2). */
export function secretSigner(algorithm: SecretSigningAlgorithm, secret: string): Signer {
  const hash = hashes[sizeOf(algorithm)];
  return { algorithm, sign: (text) => createHmac(hash, secret).update(text).digest("base64url") };
}

/** Signs with a new key pair (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1). */
export function keyPairSigner(algorithm: KeyPairSigningAlgorithm): Signer {
  const { publicKey, privateKey } = generateKeyPair(algorithm);
  const kid = randomUUID();
  const hash = algorithm === "EdDSA" ? null : hashes[sizeOf(algorithm)];
  const key = {
    // As text: workerd does not accept a KeyObject in options.
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    dsaEncoding: "ieee-p1363" as const,
    ...(algorithm.startsWith("PS") && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  };
  return {
    algorithm,
    kid,
    publicJwk: { ...publicKey.export({ format: "jwk" }), kid, alg: algorithm },
    sign: (text) => {
      // On workerd, `sign` ignores the padding and `createSign` respects it. EdDSA has no hash and needs
      // `sign`.
      const signature =
        hash === null ? sign(hash, Buffer.from(text), key) : createSign(hash).update(text).sign(key);
      return signature.toString("base64url");
    },
  };
}

function generateKeyPair(algorithm: KeyPairSigningAlgorithm): {
  publicKey: KeyObject;
  privateKey: KeyObject;
} {
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519");
  if (algorithm.startsWith("ES")) return generateKeyPairSync("ec", { namedCurve: curves[sizeOf(algorithm)] });
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

function sizeOf(algorithm: string): "256" | "384" | "512" {
  return algorithm.slice(2) as "256" | "384" | "512";
}
