import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCanonicalBase64url } from "../src/base64url.ts";

const whole = (text: string) => isCanonicalBase64url(text, 0, text.length);

describe("isCanonicalBase64url", () => {
  it("accepts what encoding any bytes gives", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => whole(Buffer.from(bytes).toString("base64url"))));
  });

  it("accepts exactly the texts that survive decoding and encoding", () => {
    const character = fc.constantFrom(..."ABCabcxyz019-_+/= .\n%é€\u{1F600}");
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 12 }), (characters) => {
        const text = characters.join("");
        expect(whole(text)).toBe(Buffer.from(text, "base64url").toString("base64url") === text);
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses an empty range and looks at nothing outside of its range", () => {
    expect(whole("")).toBe(false);
    expect(isCanonicalBase64url("AA", 1, 0)).toBe(false);
    expect(isCanonicalBase64url("..QUJD..", 2, 6)).toBe(true);
  });
});
