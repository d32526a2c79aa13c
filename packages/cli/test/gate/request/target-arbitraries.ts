import fc from "fast-check";

/** Pieces that paths are attacked with, between plain ones. */
const pieces = fc.constantFrom(
  ..."/ a Z 9 . .. ~ - _ %2e %2E %2f %5c \\ ; %3b : @ + , = | { } [ ^ ` < % %25 %61 %c3%ab %c0%af".split(" "),
  ..."%E2%80%A5 %EF%BC%8F %E2%80%8B %00 %20 %3f %23 ? & _method %5f é \0 # %u002f api u1 tasks".split(" "),
);
const hostile = fc.array(pieces, { maxLength: 12 }).map((parts) => `/${parts.join("")}`);
const anyText = fc.string({ unit: "binary-ascii", maxLength: 40 }).map((text) => `/${text}`);
const ofSegments = fc
  .array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 5 })
  .map((segments) => `/${segments.map(encodeURIComponent).join("/")}`);
/** Targets of all kinds; about half of them are rejected. */
export const targets: fc.Arbitrary<string> = fc.oneof(hostile, anyText, ofSegments);
