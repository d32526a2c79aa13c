import { generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toDer } from "../../../src/keys/algorithms/ecdsa-der.ts";

describe("toDer", () => {
  it.each(["P-256", "P-384", "P-521"])(
    "agrees with Node's conversion of the same signature: %s",
    (namedCurve) => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
      for (let round = 0; round < 300; round++) {
        const data = Buffer.from(`message ${round}`);
        const signature = sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
        expect(verify("sha256", data, publicKey, toDer(signature))).toBe(true);
      }
    },
  );

  it("writes the shortest form of each number", () => {
    expect(toDer(Buffer.from("0001007f", "hex")).toString("hex")).toBe("300602010102017f");
    expect(toDer(Buffer.from("00800000", "hex")).toString("hex")).toBe("300702020080020100");
    expect(toDer(Buffer.alloc(124, 0x01)).subarray(0, 5).toString("hex")).toBe("308180023e");
    expect(toDer(Buffer.alloc(122, 0x01)).subarray(0, 4).toString("hex")).toBe("307e023d");
    expect(toDer(Buffer.alloc(8)).toString("hex")).toBe("3006020100020100");
    expect(toDer(Buffer.alloc(132, 0xff)).subarray(0, 6).toString("hex")).toBe("30818a024300");
  });
});
