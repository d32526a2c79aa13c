import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPssVerify } from "../../../src/keys/algorithms/rsa-pss.ts";

describe("createPssVerify", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const bytes = Buffer.from("what is signed");
  const signed = (saltLength: number) =>
    sign("sha256", bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

  it.each([
    ["a key", publicKey],
    // Like workerd, where `verify` throws for a key with options.
    [
      "a key that can only be exported",
      { export: (options: never) => publicKey.export(options) } as KeyObject,
    ],
  ])("accepts only a salt as long as the hash, with %s", (_case, key) => {
    const verifyPss = createPssVerify("sha256", key);
    expect(verifyPss(bytes, signed(32))).toBe(true);
    expect(verifyPss(bytes, signed(20))).toBe(false);
    expect(verifyPss(Buffer.from("anything else"), signed(32))).toBe(false);
    expect(verifyPss(bytes, sign("sha256", bytes, privateKey))).toBe(false);
  });
});
