import { createHash } from "node:crypto";
import { ConfigurationError } from "@usher-auth/verify";
import { principalKeyId } from "../rows/binding/proof.ts";

/** The size of a block of SHA-256, in bytes. */
const blockSize = 64;

/** What the database keeps of a key: its name and the two padded blocks of HMAC (RFC 2104, section 2). */
export interface StoredKey {
  readonly id: string;
  readonly innerPad: string;
  readonly outerPad: string;
}

/** @throws {ConfigurationError} The key has fewer than 32 bytes. The message does not contain it. */
export function storedKey(given: string | Uint8Array): StoredKey {
  const key = Buffer.from(given as Uint8Array);
  if (key.length < 32) throw new ConfigurationError("a key for rows must have at least 32 bytes");
  // RFC 2104: a key that is longer than a block is hashed first.
  const block = Buffer.alloc(blockSize);
  (key.length > blockSize ? createHash("sha256").update(key).digest() : key).copy(block);
  const padded = (pad: number) => Buffer.from(block.map((byte) => byte ^ pad)).toString("hex");
  return { id: principalKeyId(key), innerPad: padded(0x36), outerPad: padded(0x5c) };
}
