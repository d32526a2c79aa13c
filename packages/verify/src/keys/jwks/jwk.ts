import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import {
  isPublicAlgorithm,
  isRsaAlgorithm,
  type PublicAlgorithm,
  publicKey,
  type RsaAlgorithm,
  type VerificationKey,
} from "../signature.ts";

/**
 * Options for reading a JWK.
 * @example
 * ```ts
 * import { remoteJwks } from "@usher-auth/verify";
 *
 * // For RSA keys without `alg`.
 * const keys = remoteJwks("https://app.example.com/api/auth/jwks", { rsaAlgorithm: "RS256" });
 * ```
 */
export interface JwkOptions {
  /** The algorithm of RSA keys without `alg`. Default: such keys are not used. */
  readonly rsaAlgorithm?: RsaAlgorithm;
}

/** A JWK from an untrusted document. */
type UncheckedJwk = Readonly<Record<string, unknown>>;

/** A valid key for another purpose than signatures. Not worth a warning. */
export class OtherPurpose extends Error {}

/**
 * Private members of RFC 7518 section 6. A key set with one has leaked, and none of its keys can be trusted.
 */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** The algorithm of a key type and curve, if there is exactly one (RFC 7518 section 3.4, RFC 8037). */
const algorithmOfCurve: Readonly<Record<string, PublicAlgorithm>> = {
  "OKP Ed25519": "EdDSA",
  "EC P-256": "ES256",
  "EC P-384": "ES384",
  "EC P-521": "ES512",
};

/**
 * Creates a verification key from a public JWK (RFC 7517 section 4), or throws an Error that says why it
 * cannot be used.
 *
 * Checks type, curve, use, operations, that the algorithm fits, that the key has no private member, and the
 * size and exponent of RSA keys. Does not check certificates (`x5c`) and does not follow `x5u`.
 */
export function importJwk(jwk: unknown, options: JwkOptions): VerificationKey {
  if (!isObject(jwk)) throw new Error("it is not a JSON object");
  const found = privateMembers.find((name) => Object.hasOwn(jwk, name));
  if (found !== undefined)
    throw new Error(`it has the private member \`${found}\`: anyone who can read the set knows this key`);
  if (jwk.use === "enc") throw new OtherPurpose("its `use` is enc");
  if (jwk.use !== undefined && jwk.use !== "sig") throw new Error("its `use` is not sig");
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes("verify"))) {
    throw new Error("its `key_ops` has no verify");
  }
  const { kid } = jwk;
  if (kid !== undefined && typeof kid !== "string") throw new Error("its `kid` is not a string");

  const algorithm = algorithmOf(jwk, options);
  const material = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  if (isRsaAlgorithm(algorithm)) checkRsaStrength(material);
  return publicKey(algorithm, material, kid);
}

function algorithmOf(jwk: UncheckedJwk, { rsaAlgorithm }: JwkOptions): PublicAlgorithm {
  const said = jwk.alg === "Ed25519" ? "EdDSA" : jwk.alg;
  if (said !== undefined && !isPublicAlgorithm(said))
    throw new Error("its `alg` is not a supported public-key algorithm");

  const algorithm = jwk.kty === "RSA" ? (said ?? rsaAlgorithm) : algorithmOfCurve[`${jwk.kty} ${jwk.crv}`];
  if (algorithm === undefined) {
    throw new Error(
      jwk.kty === "RSA"
        ? "it is an RSA key without `alg`: set rsaAlgorithm"
        : "its type or curve is not supported",
    );
  }
  const fits = jwk.kty === "RSA" ? isRsaAlgorithm(algorithm) : said === undefined || said === algorithm;
  if (!fits) throw new Error("its `alg` does not fit its type and curve");
  return algorithm;
}

/** RFC 7518 sections 3.3 and 3.5: 2048 bits or more. With an exponent of 1, anyone can sign. */
function checkRsaStrength(material: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = material.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048)
    throw new Error(`its modulus has ${modulusLength} bits; at least 2048 are required`);
  if (publicExponent < 3n || publicExponent % 2n === 0n)
    throw new Error("its exponent is not odd and at least 3");
}

function isObject(value: unknown): value is UncheckedJwk {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
