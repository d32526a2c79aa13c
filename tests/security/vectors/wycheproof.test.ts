import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, type TestContext } from "vitest";
import { publicKey, secretKey } from "../../../packages/verify/src/keys/signature.ts";
import { count } from "../report/counts.ts";

/**
 * Third-party vectors are not part of this repository. They are read from a folder next to it, or from the
 * folder that this variable names.
 */
const folder =
  process.env.USHER_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));

interface Vectors<Group, Case> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & AnyCase)[] })[];
}

interface AnyCase {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly result: string;
}

type MacVectors = Vectors<{ readonly tagSize: number }, { readonly key: string; readonly tag: string }>;
type SignatureVectors = Vectors<{ readonly publicKeyPem: string }, { readonly sig: string }>;

function readVectors<File>(file: string, { skip }: TestContext): File {
  const path = `${folder}/wycheproof/${file}`;
  if (!existsSync(path)) skip(`no vectors at ${folder}; set USHER_VECTORS to their folder`);
  return JSON.parse(readFileSync(path, "utf8")) as File;
}

/** Runs each case, and compares their number with the one in the file. */
function tally(test: TestContext, numberOfTests: number) {
  const disagreements: string[] = [];
  return {
    try: ({ tcId, comment }: AnyCase, expected: boolean, actual: boolean) => {
      if (actual !== expected) disagreements.push(`case ${tcId}, ${comment}: ${actual}`);
      count(test, { vectors: 1, "valid ones": expected ? 1 : 0, disagreements: actual === expected ? 0 : 1 });
    },
    expectAgreement: () => {
      expect(disagreements).toEqual([]);
      expect(test.task.meta.counts).toMatchObject({ vectors: numberOfTests });
      expect(test.task.meta.counts?.["valid ones"]).toBeGreaterThan(5);
    },
  };
}

describe("Wycheproof vectors", () => {
  it.for([
    ["HS256", "hmac_sha256_test.json", 256],
    ["HS384", "hmac_sha384_test.json", 384],
    ["HS512", "hmac_sha512_test.json", 512],
  ] as const)("%s agrees with %s", ([algorithm, file, bits], test) => {
    const { testGroups, numberOfTests } = readVectors<MacVectors>(file, test);
    const agreement = tally(test, numberOfTests);
    for (const { tagSize, tests } of testGroups) {
      for (const one of tests) {
        const mac = secretKey(algorithm, Buffer.from(one.key, "hex"));
        // A truncated tag is never a JWS signature, although Wycheproof accepts it as an HMAC.
        const isValid = one.result === "valid" && tagSize === bits;
        agreement.try(one, isValid, mac.verify(Buffer.from(one.msg, "hex"), Buffer.from(one.tag, "hex")));
      }
    }
    agreement.expectAgreement();
  });

  it.for([
    ["EdDSA", "ed25519_test.json"],
    ["ES256", "ecdsa_secp256r1_sha256_p1363_test.json"],
    ["ES384", "ecdsa_secp384r1_sha384_p1363_test.json"],
    ["ES512", "ecdsa_secp521r1_sha512_p1363_test.json"],
    ["RS256", "rsa_signature_2048_sha256_test.json"],
    ["RS256", "rsa_signature_3072_sha256_test.json"],
    ["PS256", "rsa_pss_2048_sha256_mgf1_32_test.json"],
    ["PS256", "rsa_pss_3072_sha256_mgf1_32_test.json"],
  ] as const)("%s agrees with %s", ([algorithm, file], test) => {
    const { testGroups, numberOfTests } = readVectors<SignatureVectors>(file, test);
    const agreement = tally(test, numberOfTests);
    for (const { publicKeyPem, tests } of testGroups) {
      const key = publicKey(algorithm, createPublicKey(publicKeyPem), undefined);
      for (const one of tests) {
        // "acceptable" is a PKCS #1 encoding without its NULL, which RFC 8017 requires.
        agreement.try(
          one,
          one.result === "valid",
          key.verify(Buffer.from(one.msg, "hex"), Buffer.from(one.sig, "hex")),
        );
      }
    }
    agreement.expectAgreement();
  });
});
