import { createHash, createHmac, createSign, sign as signOnce } from "node:crypto";
import { type PairName, privateKey } from "./keys.ts";
import { signEcdsa } from "./sign-ecdsa.ts";
import { signPss } from "./sign-pss.ts";

/** What signs a token: a secret, or a key pair of keys.json. */
export type SigningKey = { readonly secret: string | Uint8Array } | { readonly pair: PairName };

/**
 * Signs with an algorithm of RFC 7518 or RFC 8037. The same input always gives the same signature, so that
 * the vectors can be generated again and compared.
 */
export function sign(algorithm: string, key: SigningKey, text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const hash = `sha${algorithm.slice(2)}`;
  if ("secret" in key) return createHmac(hash, key.secret).update(bytes).digest();
  if (algorithm === "EdDSA") return signOnce(null, bytes, privateKey(key.pair));
  const digest = createHash(hash).update(bytes).digest();
  if (algorithm.startsWith("ES")) return signEcdsa(key.pair, digest);
  if (algorithm.startsWith("PS")) return signPss(key.pair, hash, digest);
  return createSign(hash).update(bytes).sign(privateKey(key.pair));
}
