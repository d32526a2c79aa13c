import type { Rule } from "./rule.ts";

const canonical = 'bytes.toString("base64url") === text';

/** What a token may look like. */
export const formRules: readonly Rule[] = [
  {
    id: "length",
    text: "A token longer than maxTokenLength is rejected before any other check",
    kept: [["token/parse.ts", "if (token.length > maxTokenLength) {", "if (false) {"]],
  },
  {
    id: "alphabet",
    text: "A token contains only letters, digits, - and _: other characters are not skipped",
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
    text: "A token has exactly two dots",
    kept: [["token/parse.ts", "first === last || ", ""]],
  },
  {
    id: "empty-segment",
    text: "No segment of a token is empty",
    kept: [["token/base64url.ts", 'text !== "" && ', ""]],
  },
  {
    id: "padding",
    text: "A signature has no padding",
    kept: [["token/base64url.ts", canonical, 'bytes.toString("base64url") === text.replace(/=+$/, "")']],
  },
  {
    id: "tail-bits",
    text: "A signature has no spare bits set at its end: a token has one spelling",
    kept: [["token/base64url.ts", canonical, 'bytes.toString("base64url").length === text.length']],
  },
  {
    id: "tail-character",
    text: "A signature has no surplus character at its end",
    kept: [["token/base64url.ts", canonical, 'text.startsWith(bytes.toString("base64url"))']],
  },
];
