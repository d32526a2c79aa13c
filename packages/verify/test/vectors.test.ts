import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, type TestContext } from "vitest";
import { publicKey, secretKey } from "../src/signature.ts";
import { createTokenParser } from "../src/token.ts";
import { macRoom, type SignedBytes } from "../src/token-bytes.ts";

/** Third-party vectors are not part of this repository; they are read where they lie beside it, or where this says. */
const folder = process.env.USHER_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));

interface Vectors<Group, Case> {
  readonly testGroups: readonly (Group & {
    readonly tests: readonly (Case & { readonly tcId: number; readonly msg: string; readonly result: string })[];
  })[];
}

type MacVectors = Vectors<{ readonly tagSize: number }, { readonly key: string; readonly tag: string }>;
type SignatureVectors = Vectors<{ readonly publicKeyPem: string }, { readonly sig: string }>;

function readVectors<File>(file: string, { skip }: TestContext): File {
  const path = `${folder}/wycheproof/${file}`;
  if (!existsSync(path)) skip(`no vectors at ${folder}; set USHER_VECTORS to their folder`);
  return JSON.parse(readFileSync(path, "utf8")) as File;
}

function signedBytes(hex: string): SignedBytes {
  const buffer = Buffer.concat([Buffer.alloc(macRoom), Buffer.from(hex, "hex")]);
  return { buffer, end: buffer.length };
}

describe("Wycheproof vectors", () => {
  it.for([
    ["HS256", "hmac_sha256_test.json", 256],
    ["HS384", "hmac_sha384_test.json", 384],
    ["HS512", "hmac_sha512_test.json", 512],
  ] as const)("%s agrees with %s", ([algorithm, file, bits], context) => {
    let tried = 0;
    for (const { tagSize, tests } of readVectors<MacVectors>(file, context).testGroups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        // A truncated tag is never a JWS signature, whatever Wycheproof says of it as an HMAC.
        const isValid = result === "valid" && tagSize === bits;
        const mac = secretKey(algorithm, Buffer.from(key, "hex"));
        expect(mac.verify(signedBytes(msg), Buffer.from(tag, "hex")), `case ${tcId}`).toBe(isValid);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
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
  ] as const)("%s agrees with %s", ([algorithm, file], context) => {
    let tried = 0;
    for (const { publicKeyPem, tests } of readVectors<SignatureVectors>(file, context).testGroups) {
      const key = publicKey(algorithm, createPublicKey(publicKeyPem), undefined);
      for (const { tcId, msg, sig, result } of tests) {
        // "acceptable" is a PKCS #1 encoding without its NULL: RFC 8017 asks for one, and so does this.
        expect(key.verify(signedBytes(msg), Buffer.from(sig, "hex")), `case ${tcId}`).toBe(result === "valid");
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});

describe("RFC 7515 appendix A.1", () => {
  const token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

  it("verifies", () => {
    const { header, signed, signature } = createTokenParser({ maxTokenLength: 8192, typ: undefined })(token);
    const { verify } = secretKey("HS256", Buffer.from(key, "base64url"));
    expect(header).toEqual({ alg: "HS256", typ: "JWT" });
    expect(verify(signed, signature)).toBe(true);
    expect(verify({ ...signed, end: signed.end - 1 }, signature)).toBe(false);
  });
});
