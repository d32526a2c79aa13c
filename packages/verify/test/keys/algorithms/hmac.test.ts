import { createHmac, randomBytes, randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createMac } from "../../../src/keys/algorithms/hmac.ts";

describe("createMac", () => {
  it("agrees with createHmac on 100,000 random keys of 0 to 300 bytes, and messages", () => {
    const algorithms = ["sha256", "sha384", "sha512"] as const;
    let compared = 0;
    for (let round = 0; round < 100_000; round++) {
      const algorithm = algorithms[round % 3] as string;
      const key = randomBytes(randomInt(301));
      const message = randomBytes(randomInt(1000));
      const expected = createHmac(algorithm, key).update(message).digest();
      if (!createMac(algorithm, key)(message).equals(expected))
        throw new Error(`${algorithm}, ${key.toString("hex")}`);
      compared++;
    }
    expect(compared).toBe(100_000);
  }, 120_000);

  it("works with several keys and messages in turn", () => {
    const keys = [randomBytes(32), randomBytes(200)];
    const macs = keys.map((key) => createMac("sha256", key));
    for (let round = 0; round < 100; round++) {
      const message = randomBytes(round);
      for (const [index, key] of keys.entries()) {
        expect(macs[index]?.(message)).toEqual(createHmac("sha256", key).update(message).digest());
      }
    }
  });

  it("has the same result without a one-shot hash", () => {
    const key = randomBytes(32);
    const message = randomBytes(500);
    const mac = createMac("sha512", key, null);
    expect(mac(message)).toEqual(createHmac("sha512", key).update(message).digest());
  });
});
