import { createHash } from "node:crypto";
import { type PairName, publicJwk, secrets } from "../keys.ts";
import { rsaPem, type SettingsName } from "../settings.ts";
import { signEcdsa } from "../sign-ecdsa.ts";
import { signPss } from "../sign-pss.ts";
import { segment, tokenOf, validClaims } from "../token.ts";
import type { TokenCase } from "./case.ts";

const byPair = (pair: PairName, alg: string) => tokenOf({ alg, key: { pair }, header: { kid: pair } });

const pairs: readonly (readonly [alg: SettingsName, PairName])[] = [
  ["EdDSA", "ed25519-1"],
  ["ES256", "p256-1"],
  ["ES384", "p384-1"],
  ["ES512", "p521-1"],
  ["RS256", "rsa-1"],
  ["RS384", "rsa-1"],
  ["RS512", "rsa-1"],
  ["PS256", "rsa-1"],
  ["PS384", "rsa-1"],
  ["PS512", "rsa-1"],
];

const accepted: readonly TokenCase[] = [
  ...pairs.map(([alg, pair]) => ({
    name: `${alg} with a key of that algorithm`,
    settings: alg,
    token: byPair(pair, alg),
    expect: "accepted" as const,
  })),
  {
    name: "HS384 with a secret for HS384",
    settings: "secret, HS384",
    token: tokenOf({ alg: "HS384" }),
    expect: "accepted",
  },
  {
    name: "HS512 with a secret for HS512",
    settings: "secret, HS512",
    token: tokenOf({ alg: "HS512" }),
    expect: "accepted",
  },
  {
    name: "alg Ed25519 is another name of EdDSA with Ed25519",
    settings: "EdDSA",
    token: tokenOf({
      alg: "Ed25519",
      signedAs: "EdDSA",
      key: { pair: "ed25519-1" },
      header: { kid: "ed25519-1" },
    }),
    expect: "accepted",
  },
  {
    name: "alg EdDSA with a key whose alg is Ed25519",
    settings: "EdDSA named Ed25519",
    token: byPair("ed25519-1", "EdDSA"),
    expect: "accepted",
  },
  {
    name: "ES256 with a key without alg",
    settings: "ES256 without alg",
    token: byPair("p256-1", "ES256"),
    expect: "accepted",
  },
];

const names = [
  "none",
  "None",
  "NONE",
  "nOnE",
  "hs256",
  "Hs256",
  "HS256 ",
  "HS255",
  "HS",
  "ES256K",
  "Ed448",
  "dir",
];

const rejected: readonly TokenCase[] = [
  ...names.map((alg) => ({
    name: `alg ${JSON.stringify(alg)}, signed like HS256`,
    token: tokenOf({ alg, signedAs: "HS256" }),
    expect: "algorithm_rejected" as const,
  })),
  {
    name: "alg none with an empty signature",
    token: `${segment('{"alg":"none","typ":"JWT"}')}.${segment(JSON.stringify(validClaims))}.`,
    expect: "token_malformed",
  },
  {
    name: "alg none where keys are public",
    settings: "EdDSA",
    token: tokenOf({ alg: "none", signedAs: "HS256" }),
    expect: "algorithm_rejected",
  },
  ...(["HS384", "HS512"] as const).map((alg) => ({
    name: `${alg} with a secret for HS256`,
    token: tokenOf({ alg }),
    expect: "algorithm_rejected" as const,
  })),
  {
    name: "HS256 with a secret for HS512",
    settings: "secret, HS512",
    token: tokenOf(),
    expect: "algorithm_rejected",
  },
  {
    name: "EdDSA where only a secret is known",
    token: byPair("ed25519-1", "EdDSA"),
    expect: "algorithm_rejected",
  },
  {
    name: "HS256 with the PEM of the RSA key as the secret",
    settings: "RS256",
    token: tokenOf({ key: { secret: rsaPem }, header: { kid: "rsa-1" } }),
    expect: "algorithm_rejected",
  },
  {
    name: "HS256 with the JWK of the Ed25519 key as the secret, beside a shared secret",
    settings: "secret and EdDSA",
    token: tokenOf({
      key: { secret: JSON.stringify(publicJwk("ed25519-1")) },
      header: { kid: "ed25519-1" },
    }),
    expect: "signature_invalid",
  },
  {
    name: "HS256 with the oct key of a JWKS",
    settings: "unusable keys beside one that is usable",
    token: tokenOf({ key: { secret: secrets.other }, header: { kid: "symmetric" } }),
    expect: "algorithm_rejected",
  },
  {
    name: "RS256 with a key for PS256",
    settings: "PS256",
    token: byPair("rsa-1", "RS256"),
    expect: "key_unknown",
  },
  {
    name: "PS256 with a key for RS256",
    settings: "RS256",
    token: byPair("rsa-1", "PS256"),
    expect: "key_unknown",
  },
  {
    name: "RS512 with a key for RS256",
    settings: "RS256",
    token: byPair("rsa-1", "RS512"),
    expect: "key_unknown",
  },
  {
    name: "ES384 with the kid of a key for ES256",
    settings: "ES256",
    token: tokenOf({ alg: "ES384", key: { pair: "p384-1" }, header: { kid: "p256-1" } }),
    expect: "key_unknown",
  },
];

/** The digest that an ECDSA or PSS signature of the valid token covers. */
function digestOf(alg: string, kid: string): Buffer {
  const [head, body] = tokenOf({ alg, key: { pair: kid as PairName }, header: { kid } }).split(".");
  return createHash("sha256").update(`${head}.${body}`).digest();
}

/** A DER sequence of two integers, as OpenSSL writes an ECDSA signature. */
function der(signature: Buffer): Buffer {
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes]);
  const numbers = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

const secretSignatures: readonly (readonly [string, (valid: Buffer) => Uint8Array])[] = [
  ["a signature with its first bit changed", (valid) => flip(valid, 0)],
  ["a signature with its last bit changed", (valid) => flip(valid, valid.length - 1)],
  ["a signature cut short by a byte", (valid) => valid.subarray(0, -1)],
  ["a signature of one byte", (valid) => valid.subarray(0, 1)],
  ["a signature with a byte added", (valid) => Buffer.concat([valid, Buffer.alloc(1)])],
  ["a signature of zeros", (valid) => Buffer.alloc(valid.length)],
  ["a signature in hexadecimal", (valid) => Buffer.from(valid.toString("hex"))],
];

const signatures: readonly TokenCase[] = [
  ...secretSignatures.map(([name, signature]) => ({
    name,
    token: tokenOf({ signature }),
    expect: "signature_invalid" as const,
  })),
  {
    name: "a signature of another secret",
    token: tokenOf({ key: { secret: secrets.other } }),
    expect: "signature_invalid",
  },
  {
    name: "a signature with HMAC-SHA-512 although alg is HS256",
    token: tokenOf({ signedAs: "HS512" }),
    expect: "signature_invalid",
  },
  {
    name: "an Ed25519 signature of zeros",
    settings: "EdDSA",
    token: tokenOf({
      alg: "EdDSA",
      key: { pair: "ed25519-1" },
      header: { kid: "ed25519-1" },
      signature: () => Buffer.alloc(64),
    }),
    expect: "signature_invalid",
  },
  {
    name: "an Ed25519 signature of another key",
    settings: "EdDSA",
    token: tokenOf({ alg: "EdDSA", key: { pair: "ed25519-2" }, header: { kid: "ed25519-1" } }),
    expect: "signature_invalid",
  },
  {
    name: "the key in the header's jwk is not used",
    settings: "EdDSA",
    token: tokenOf({
      alg: "EdDSA",
      key: { pair: "ed25519-2" },
      header: { kid: "ed25519-1", jwk: publicJwk("ed25519-2") },
    }),
    expect: "signature_invalid",
  },
  ...ecdsaSignatures(),
  {
    name: "an RSA signature of PKCS #1 v1.5 although alg is PS256",
    settings: "PS256",
    token: tokenOf({ alg: "PS256", signedAs: "RS256", key: { pair: "rsa-1" }, header: { kid: "rsa-1" } }),
    expect: "signature_invalid",
  },
  {
    name: "an RSA-PSS signature although alg is RS256",
    settings: "RS256",
    token: tokenOf({ alg: "RS256", signedAs: "PS256", key: { pair: "rsa-1" }, header: { kid: "rsa-1" } }),
    expect: "signature_invalid",
  },
  {
    name: "an RSA-PSS signature whose salt is shorter than the hash",
    settings: "PS256",
    token: tokenOf({
      alg: "PS256",
      key: { pair: "rsa-1" },
      header: { kid: "rsa-1" },
      signature: () => signPss("rsa-1", "sha256", digestOf("PS256", "rsa-1"), 20),
    }),
    expect: "signature_invalid",
  },
  {
    name: "an RSA signature of zeros",
    settings: "RS256",
    token: tokenOf({
      alg: "RS256",
      key: { pair: "rsa-1" },
      header: { kid: "rsa-1" },
      signature: (valid) => Buffer.alloc(valid.length),
    }),
    expect: "signature_invalid",
  },
];

function ecdsaSignatures(): readonly TokenCase[] {
  const changed: readonly (readonly [string, (valid: Buffer) => Uint8Array, TokenCase["expect"]])[] = [
    ["an ECDSA signature in DER", der, "signature_invalid"],
    ["an ECDSA signature of zeros", () => Buffer.alloc(64), "signature_invalid"],
    [
      "an ECDSA signature with R and S exchanged",
      (valid) => Buffer.concat([valid.subarray(32), valid.subarray(0, 32)]),
      "signature_invalid",
    ],
    [
      "an ECDSA signature with a byte added to R and to S",
      (valid) => Buffer.concat([Buffer.alloc(1), valid.subarray(0, 32), Buffer.alloc(1), valid.subarray(32)]),
      "signature_invalid",
    ],
    [
      "the other valid ECDSA signature, with a high S",
      () => signEcdsa("p256-1", digestOf("ES256", "p256-1"), true),
      "accepted",
    ],
  ];
  return changed.map(([name, signature, expect]) => ({
    name,
    settings: "ES256",
    token: tokenOf({ alg: "ES256", key: { pair: "p256-1" }, header: { kid: "p256-1" }, signature }),
    expect,
  }));
}

function flip(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] as number) ^ 1;
  return copy;
}

export const algorithmCases: readonly TokenCase[] = [...accepted, ...rejected, ...signatures];
