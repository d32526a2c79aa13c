import fc from "fast-check";

export const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A lone surrogate, which UTF-8 cannot encode. */
export const halfSurrogate: fc.Arbitrary<string> = fc
  .integer({ min: 0xd800, max: 0xdfff })
  .map((unit) => String.fromCharCode(unit));

/** Any character; those of tokens, headers and URLs are more frequent. */
export const anyCharacter: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...base64url, ..."..==+/ \t\r\n\0%,;\"'"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  halfSurrogate,
);
