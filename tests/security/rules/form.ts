import type { Place, Rule } from "./rule.ts";

/** Node's decoder passes over what it does not know; the count is what shows it. */
const count: Place = [
  "token/base64url.ts",
  "return written === Math.floor((length * 3) / 4) ? written : -1;",
  "return written;",
];

/** What a token may look like. */
export const formRules: readonly Rule[] = [
  {
    id: "length",
    text: "A token longer than maxTokenLength is refused before any other look at it",
    kept: [["token/parse.ts", "if (token.length > maxTokenLength) {", "if (false) {"]],
  },
  {
    id: "alphabet",
    text: "A token holds letters, digits, - and _, and no other character is passed over",
    kept: [count],
  },
  {
    id: "plain-base64",
    text: "The + and / of plain base64 do not stand for - and _",
    kept: [["token/parse.ts", " || isPlainBase64(token)", ""]],
  },
  {
    id: "ascii",
    text: "A character beyond ASCII does not stand for the one that its low byte is",
    kept: [["token/parse.ts", "!isAscii || ", ""]],
  },
  {
    id: "two-dots",
    text: "A token has two dots: no fewer and no more",
    kept: [count],
  },
  {
    id: "empty-segment",
    text: "Each segment of a token holds something",
    kept: [["token/base64url.ts", "length === 0 || ", ""]],
  },
  {
    id: "padding",
    text: "A signature has no padding",
    kept: [count],
  },
  {
    id: "tail-bits",
    text: "A signature has no stray bits at its end: one token has one spelling",
    kept: [["token/base64url.ts", '"AQgw", "AEIMQUYcgkosw048"]', "undefined, undefined]"]],
  },
  {
    id: "tail-character",
    text: "A signature has no character at its end that no byte needs",
    kept: [
      ["token/base64url.ts", 'const endings = [undefined, "",', "const endings = [undefined, undefined,"],
    ],
  },
];
