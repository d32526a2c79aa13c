import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import keys from "../keys.json" with { type: "json" };

/** The committed test keys. They protect nothing. */
export const secrets = keys.secrets;

/** The name of a key pair in keys.json. */
export type PairName = keyof typeof keys.pairs;

/** The private key as a JWK. */
export function privateJwk(name: PairName): JsonWebKey {
  return keys.pairs[name];
}

export function privateKey(name: PairName): KeyObject {
  return createPrivateKey({ key: privateJwk(name), format: "jwk" });
}

/** The public key as a JWK, with other members added. */
export function publicJwk(name: PairName, members: Readonly<Record<string, unknown>> = {}): object {
  return { ...createPublicKey(privateKey(name)).export({ format: "jwk" }), ...members };
}

/** The public key as PEM text, which some libraries take for a shared secret. */
export function publicPem(name: PairName): string {
  return createPublicKey(privateKey(name)).export({ format: "pem", type: "spki" }).toString();
}
