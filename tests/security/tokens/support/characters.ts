import fc from "fast-check";

export const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A half of a surrogate pair by itself, which no UTF-8 can say. */
export const halfSurrogate: fc.Arbitrary<string> = fc
  .integer({ min: 0xd800, max: 0xdfff })
  .map((unit) => String.fromCharCode(unit));

/** Those that tokens are made of and those that headers and URLs are, more often than all the others. */
export const anyCharacter: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...base64url, ..."..==+/ \t\r\n\0%,;\"'"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  halfSurrogate,
);
