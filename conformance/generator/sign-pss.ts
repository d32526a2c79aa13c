import { constants, createHash, privateEncrypt } from "node:crypto";
import { type PairName, privateJwk, privateKey } from "./keys.ts";

/**
 * RSASSA-PSS (RFC 8017 section 8.1.1) with a salt that depends on the message only, because Node's own is
 * random and the vectors must not change. For test keys.
 *
 * @param saltLength RFC 7518 section 3.5 requires the length of the hash.
 */
export function signPss(pair: PairName, hash: string, digest: Buffer, saltLength = digest.length): Buffer {
  const modulusLength = Buffer.from(privateJwk(pair).n ?? "", "base64url").length;
  const salt = createHash("sha512").update("salt").update(digest).digest().subarray(0, saltLength);
  const hashed = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();

  // RFC 8017 section 9.1.1, EMSA-PSS-ENCODE, for a modulus whose length is a multiple of 8 bits.
  const block = Buffer.alloc(modulusLength - hashed.length - 1);
  block[block.length - salt.length - 1] = 1;
  salt.copy(block, block.length - salt.length);
  const mask = generateMask(hash, hashed, block.length);
  const masked = Buffer.from(block.map((byte, index) => byte ^ (mask[index] as number)));
  masked[0] = (masked[0] as number) & 0x7f;
  const encoded = Buffer.concat([masked, hashed, Buffer.from([0xbc])]);
  return privateEncrypt({ key: privateKey(pair), padding: constants.RSA_NO_PADDING }, encoded);
}

/** RFC 8017 appendix B.2.1, MGF1. */
function generateMask(hash: string, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0; blocks.length * seed.length < length; counter++) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    blocks.push(createHash(hash).update(seed).update(number).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}
