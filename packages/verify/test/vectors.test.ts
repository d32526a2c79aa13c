import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { secretKey } from "../src/signature.ts";
import { createTokenParser } from "../src/token.ts";
import { macRoom, type SignedBytes } from "../src/token-bytes.ts";

/** Third-party vectors are not part of this repository; they are read where they lie beside it, or where this says. */
const folder = process.env.USHER_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: "valid" | "invalid";
    }[];
  }[];
}

function signedBytes(hex: string): SignedBytes {
  const buffer = Buffer.concat([Buffer.alloc(macRoom), Buffer.from(hex, "hex")]);
  return { buffer, end: buffer.length };
}

describe("Wycheproof HMAC vectors", () => {
  it.for([
    ["HS256", "hmac_sha256_test.json", 256],
    ["HS384", "hmac_sha384_test.json", 384],
    ["HS512", "hmac_sha512_test.json", 512],
  ] as const)("%s agrees with %s", ([algorithm, file, bits], context) => {
    const path = `${folder}/wycheproof/${file}`;
    if (!existsSync(path)) context.skip(`no vectors at ${folder}; set USHER_VECTORS to their folder`);
    const { testGroups } = JSON.parse(readFileSync(path, "utf8")) as WycheproofFile;
    let tried = 0;
    for (const { tagSize, tests } of testGroups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        // A truncated tag is never a JWS signature, whatever Wycheproof says of it as an HMAC.
        const valid = result === "valid" && tagSize === bits;
        const verified = secretKey(algorithm, Buffer.from(key, "hex")).verify(
          signedBytes(msg),
          Buffer.from(tag, "hex"),
        );
        expect(verified, `case ${tcId}`).toBe(valid);
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
