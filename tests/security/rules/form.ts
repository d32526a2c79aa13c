import type { Rule } from "./rule.ts";

const canonical = 'bytes.toString("base64url") === text';

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
    kept: [["token/base64url.ts", canonical, "true"]],
  },
  {
    id: "plain-base64",
    text: "The + and / of plain base64 are not accepted as - and _",
    kept: [
      [
        "token/base64url.ts",
        canonical,
        'bytes.toString("base64url") === text.replaceAll("+", "-").replaceAll("/", "_")',
      ],
    ],
  },
  {
    id: "ascii",
    text: "A character beyond ASCII is not accepted as the character of its low byte",
    kept: [
      [
        "token/base64url.ts",
        canonical,
        'bytes.toString("base64url") === Buffer.from(text, "latin1").toString("latin1")',
      ],
    ],
  },
  {
    id: "two-dots",
    text: "A token has two dots: no fewer and no more",
    kept: [["token/parse.ts", "segments.length !== 3 || ", ""]],
  },
  {
    id: "empty-segment",
    text: "Each segment of a token holds something",
    kept: [["token/base64url.ts", 'text !== "" && ', ""]],
  },
  {
    id: "padding",
    text: "A signature has no padding",
    kept: [["token/base64url.ts", canonical, 'bytes.toString("base64url") === text.replace(/=+$/, "")']],
  },
  {
    id: "tail-bits",
    text: "A signature has no stray bits at its end: one token has one spelling",
    kept: [["token/base64url.ts", canonical, 'bytes.toString("base64url").length === text.length']],
  },
  {
    id: "tail-character",
    text: "A signature has no character at its end that no byte needs",
    kept: [["token/base64url.ts", canonical, 'text.startsWith(bytes.toString("base64url"))']],
  },
];
