import type { Rule } from "./rule.ts";

/** What a token's header may not bring about. */
export const headerRules: readonly Rule[] = [
  {
    id: "own-key",
    text: "A key in a token's jwk or x5c is never used",
    kept: [
      ["token/header.ts", "Object.freeze({ alg, ", "Object.freeze({ ...header, alg, "],
      [
        "keys/jwks/key-set.ts",
        "return header.kid === undefined && fitting.length > 1 ? [] : fitting;",
        "return header.jwk === undefined ? fitting : [importJwk(header.jwk, {})];",
      ],
    ],
  },
  {
    id: "no-request",
    text: "A token's jku, x5u or kid never causes a request",
    kept: [
      [
        "token/header.ts",
        "const { alg } = header;",
        "const { alg, jku, x5u } = header; for (const url of [jku, x5u]) if (url) fetch(url).catch(() => undefined);",
      ],
    ],
  },
  {
    id: "crit",
    text: "A token with crit is rejected",
    kept: [["token/header.ts", '"crit", ', ""]],
  },
  {
    id: "b64",
    text: "A token with b64 is rejected",
    kept: [["token/header.ts", '"b64", ', ""]],
  },
];
