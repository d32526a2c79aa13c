import type { Rule } from "./rule.ts";

/** What nobody gets to see of a secret. */
export const secrecyRules: readonly Rule[] = [
  {
    id: "constant-time",
    text: "A MAC is compared in constant time",
    kept: [["keys/signature.ts", "timingSafeEqual(mac(signed), signature)", "mac(signed).equals(signature)"]],
  },
  {
    id: "not-printed",
    text: "A secret is in no property: printing a key, a source or a verifier does not show it",
    kept: [
      [
        "keys/signature.ts",
        "verify: (signed, signature) => signature.length === length",
        "secret, verify: (signed, signature) => signature.length === length",
      ],
    ],
  },
  {
    id: "not-in-errors",
    text: "A secret is in no error and in no warning",
    kept: [["keys/secret/strength.ts", "bytes.length} bytes; at least", "text} bytes; at least"]],
  },
];
