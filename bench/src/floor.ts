import { hash, verify } from "node:crypto";
import { publicKeyOf } from "./contenders.ts";
import type { Contender } from "./rounds.ts";
import type { TokenSet } from "./tokens.ts";

/**
 * The least work that any verifier does, without a single check. For a secret: the two hashes of an HMAC,
 * base64 decoding and `JSON.parse`. For a key pair: `crypto.verify` alone, on bytes that are already decoded.
 */
export function floorOf(set: TokenSet): Contender {
  return { name: "floor", run: set.algorithm === "HS256" ? hashFloor(set) : signatureFloor(set) };
}

function hashFloor({ tokens }: TokenSet): Contender["run"] {
  const block = 64;
  const inner = Buffer.alloc(block + 65_536);
  const outer = Buffer.alloc(block + 32);
  const text = (segment: string) => Buffer.from(segment, "base64url").toString();
  return (index) => {
    const token = tokens[index % tokens.length] as string;
    const [first, last] = [token.indexOf("."), token.lastIndexOf(".")];
    inner.write(token, block, "latin1");
    outer.write(hash("sha256", inner.subarray(0, block + last), "binary"), block, "latin1");
    hash("sha256", outer, "binary");
    Buffer.from(token.slice(last + 1), "base64url");
    JSON.parse(text(token.slice(0, first)));
    return JSON.parse(text(token.slice(first + 1, last)));
  };
}

function signatureFloor(set: TokenSet): Contender["run"] {
  const key = publicKeyOf(set);
  if (key === undefined) throw new Error("the token set has no public key");
  const hashName = set.algorithm === "EdDSA" ? null : `sha${set.algorithm.slice(2)}`;
  const parts = set.tokens.map((token) => {
    const dot = token.lastIndexOf(".");
    return [Buffer.from(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), "base64url")] as const;
  });
  // The fastest call for each: the key without an options object, except that ECDSA needs the JWS encoding.
  const verifying = set.algorithm.startsWith("ES") ? { key, dsaEncoding: "ieee-p1363" as const } : key;
  return (index) => {
    const [input, signature] = parts[index % parts.length] as (typeof parts)[number];
    return verify(hashName, input, verifying, signature);
  };
}
