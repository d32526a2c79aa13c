import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCanonical } from "../../src/token/base64url.ts";

const target = Buffer.alloc(1024);
const decode = (text: string) => {
  const length = decodeCanonical(text, target);
  return length < 0 ? undefined : target.subarray(0, length);
};

describe("decodeCanonical", () => {
  it("decodes what encoding any bytes gives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(decode(Buffer.from(bytes).toString("base64url"))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("decodes exactly the ASCII texts without + and / that survive decoding and encoding", () => {
    const character = fc.oneof(
      fc.constantFrom(..."ABCabcxyz019-_= .\n%"),
      fc
        .string({ unit: "binary-ascii", minLength: 1, maxLength: 1 })
        .filter((one) => one !== "+" && one !== "/"),
    );
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 12 }), (characters) => {
        const text = characters.join("");
        const isCanonical = Buffer.from(text, "base64url").toString("base64url") === text;
        expect(decode(text) !== undefined).toBe(isCanonical);
      }),
      { numRuns: 20_000 },
    );
  });

  it("refuses an empty text", () => {
    expect(decode("")).toBeUndefined();
  });
});
