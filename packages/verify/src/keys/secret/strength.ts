import { ConfigurationError } from "../../errors.ts";
import { warn } from "../../warning.ts";

/** Published secrets of libraries and guides. */
const knownSecrets = new Set([
  "better-auth-secret-12345678901234567890",
  "better-auth-secret-123456789012345678901234567890",
  "your-256-bit-secret-your-256-bit-secret",
  "0123456789abcdef0123456789abcdef",
  "01234567890123456789012345678901",
]);

const advice = "Make one with: openssl rand -base64 48";

/** A secret with fewer estimated bits causes a warning. 32 random hexadecimal digits have about 112. */
const enoughBits = 96;

/**
 * Rejects what cannot be a shared secret, and warns about a weak one.
 *
 * @param bytes The secret.
 * @param shortest The least length in bytes.
 * @param label The name of this secret in messages, which never contain the secret.
 * @throws {ConfigurationError} A short secret, a published one, or a public key.
 */
export function checkStrength(bytes: Uint8Array, shortest: number, label: string): void {
  const text = Buffer.from(bytes).toString("utf8");
  if (isKeyDocument(text)) {
    throw new ConfigurationError(`${label} is a PEM, a JWK or a JWKS: a public key is not a secret.`);
  }
  if (bytes.length < shortest) {
    throw new ConfigurationError(
      `${label} has ${bytes.length} bytes; at least ${shortest} are needed. ${advice}`,
    );
  }
  if (knownSecrets.has(text)) {
    throw new ConfigurationError(`${label} is a published default. ${advice}`);
  }
  if (text !== text.trim()) {
    warn(
      `${label} begins or ends with whitespace: the issuer must have exactly the same.`,
      "USHER_SECRET_SPACE",
    );
  }
  if (estimateBits(bytes) < enoughBits) {
    warn(`${label} looks easy to guess. ${advice}`, "USHER_SECRET_WEAK");
  }
}

function isKeyDocument(text: string): boolean {
  if (text.includes("-----BEGIN ") || /^(?:ssh|ecdsa)-\S+ /.test(text)) return true;
  if (!text.trimStart().startsWith("{")) return false;
  try {
    // A text that begins so is an object, or not JSON.
    const value: object = JSON.parse(text);
    return "kty" in value || "keys" in value;
  } catch {
    return false;
  }
}

/**
 * Shannon entropy of the bytes times their number: an upper bound that detects repetition, not dictionary
 * words.
 */
function estimateBits(bytes: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / bytes.length);
  return bits;
}
