import { segment, tokenOf } from "../token.ts";
import type { TokenCase } from "./case.ts";

const valid = tokenOf();
const [head = "", body = "", signature = ""] = valid.split(".");

/** A letter of base64url whose six bits are one more, which changes only spare bits at the end of a segment. */
function withSpareBits(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.slice(-1)) + 1];
}

/** The valid token, padded by a claim until its payload leaves spare bits. */
function tokenWithSpareBits(part: 0 | 1): string {
  for (let length = 1; ; length++) {
    const padded = tokenOf(
      part === 0 ? { header: { pad: "x".repeat(length) } } : { claims: { pad: "x".repeat(length) } },
    );
    const segments = padded.split(".");
    const text = segments[part] as string;
    if (text.length % 4 === 0) continue;
    segments[part] = withSpareBits(text);
    return segments.join(".");
  }
}

const malformed: Readonly<Record<string, string>> = {
  "an empty text": "",
  "one segment": head,
  "two segments": `${head}.${body}`,
  "four segments": `${valid}.${signature}`,
  "an empty header": `.${body}.${signature}`,
  "an empty payload": `${head}..${signature}`,
  "an empty signature": `${head}.${body}.`,
  "two dots only": "..",
  "a dot in front": `.${valid}`,
  "a dot at the end": `${valid}.`,
  "a space in front": ` ${valid}`,
  "a space at the end": `${valid} `,
  "a line feed at the end": `${valid}\n`,
  "a carriage return at the end": `${valid}\r`,
  "a space inside the payload": `${head}.${body.slice(0, 8)} ${body.slice(8)}.${signature}`,
  "a line feed inside the signature": `${head}.${body}.${signature.slice(0, 8)}\n${signature.slice(8)}`,
  "a NUL at the end": `${valid}\u0000`,
  "a zero-width space in front": `\u200b${valid}`,
  "a character outside ASCII in the payload": `${head}.${body.slice(0, 8)}\u00e9${body.slice(9)}.${signature}`,
  "a full-width letter instead of a letter": `\uff45${valid.slice(1)}`,
  "padding on the header": `${head}=.${body}.${signature}`,
  "padding on the signature": `${valid}=`,
  "a plus instead of a minus": `${head}.${body}.+${signature.slice(1)}`,
  "a slash instead of an underscore": `${head}.${body}./${signature.slice(1)}`,
  "spare bits at the end of the header": tokenWithSpareBits(0),
  "spare bits at the end of the payload": tokenWithSpareBits(1),
  "spare bits at the end of the signature": withSpareBits(valid),
  "a signature whose length no base64url has": `${head}.${body}.${signature}AA`,
  "one character as the signature": `${head}.${body}.A`,
  "quotes around the token": `"${valid}"`,
  "a Bearer prefix in the token": `Bearer ${valid}`,
  "two tokens with a comma": `${valid},${valid}`,
  "the text undefined": "undefined",
  "the text null": "null",
  "the text [object Object]": "[object Object]",
  "a percent-encoded dot": valid.replace(".", "%2E"),
  "a token in the JSON serialization": JSON.stringify({ protected: head, payload: body, signature }),
};

export const formCases: readonly TokenCase[] = [
  { name: "a valid token", token: valid, expect: "accepted" },
  ...Object.entries(malformed).map(([name, token]) => ({ name, token, expect: "token_malformed" as const })),
  {
    name: "a header that is not base64url, although the payload is",
    token: `${segment("{}").slice(0, -1)}*.${body}.${signature}`,
    expect: "token_malformed",
  },
];
