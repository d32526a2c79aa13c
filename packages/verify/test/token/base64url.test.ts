import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCanonical } from "../../src/token/base64url.ts";

/** By the length modulo 4: the characters that a canonical text may end with (RFC 4648 section 3.5). */
const endings = [/^/, /^\b$/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const;

function isCanonical(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text) && endings[text.length % 4]?.test(text) === true;
}

describe("decodeCanonical", () => {
  it("decodes the encoding of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(decodeCanonical(Buffer.from(bytes).toString("base64url"))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("decodes only canonical text", () => {
    const character = fc.oneof(
      fc.constantFrom(..."ABCabcxyz019-_=+/ .\n%"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 12 }), (characters) => {
        const text = characters.join("");
        return (decodeCanonical(text) !== undefined) === isCanonical(text);
      }),
      { numRuns: 20_000 },
    );
  });

  it("rejects an empty string", () => {
    expect(decodeCanonical("")).toBeUndefined();
  });
});
