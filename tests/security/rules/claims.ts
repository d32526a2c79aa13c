import type { Rule } from "./rule.ts";

/** What a token must say, and how it is read. */
export const claimRules: readonly Rule[] = [
  {
    id: "payload-last",
    text: "The payload is not parsed before the signature is verified",
    kept: [
      [
        "verifier/verifier.ts",
        "const { key, issuers } = keys.verify(parts, now);\n    const claims = readClaimsObject(parts);",
        "const claims = readClaimsObject(parts);\n    const { key, issuers } = keys.verify(parts, now);",
      ],
    ],
  },
  {
    id: "exp-number",
    text: "exp must be a finite number",
    kept: [["claims/claims.ts", "if (!isNumericDate(claims.exp)) ", "if (claims.exp === undefined) "]],
  },
  {
    id: "iat-number",
    text: "iat must be a finite number",
    kept: [["claims/claims.ts", "if (!isNumericDate(claims.iat) && ", "if (claims.iat === undefined && "]],
  },
  {
    id: "nbf-number",
    text: "nbf must be a finite number",
    kept: [
      ["claims/claims.ts", "if (claims.nbf !== undefined && !isNumericDate(claims.nbf)) ", "if (false) "],
    ],
  },
  {
    id: "exp-required",
    text: "exp is required",
    kept: [
      [
        "claims/claims.ts",
        "if (!isNumericDate(claims.exp)) ",
        "if (claims.exp !== undefined && !isNumericDate(claims.exp)) ",
      ],
    ],
  },
  {
    id: "sub-required",
    text: "sub is required",
    kept: [
      [
        "claims/claims.ts",
        "if (!isNonEmptyString(claims.sub)) ",
        "if (claims.sub !== undefined && !isNonEmptyString(claims.sub)) ",
      ],
    ],
  },
  {
    id: "iss-required",
    text: "iss is required",
    kept: [
      [
        "claims/claims.ts",
        "if (!isNonEmptyString(claims.iss)) ",
        "if (claims.iss !== undefined && !isNonEmptyString(claims.iss)) ",
      ],
      [
        "claims/claims.ts",
        "checkIssuer(claims.iss, policy.issuers, issuers);",
        "if (claims.iss !== undefined) checkIssuer(claims.iss, policy.issuers, issuers);",
      ],
    ],
  },
  {
    id: "aud-required",
    text: "aud is required, unless the verifier's audience is null",
    kept: [
      [
        "claims/claims.ts",
        "!(claims.aud === undefined && policy.audiences === null)",
        "claims.aud !== undefined",
      ],
      [
        "claims/claims.ts",
        "if (audiences === null) return;",
        "if (audiences === null || audience === undefined) return;",
      ],
    ],
  },
  {
    id: "exp-now",
    text: "A token whose exp is now has expired",
    kept: [["claims/claims.ts", "now < claims.exp + clockTolerance", "now <= claims.exp + clockTolerance"]],
  },
  {
    id: "future-iat",
    text: "A token whose iat is ahead of the clock by more than the tolerance is rejected",
    kept: [["claims/claims.ts", 'checkStart("iat", claims.iat, now, clockTolerance);', ""]],
  },
  {
    id: "sub-string",
    text: "sub is a non-empty string",
    kept: [["claims/claims.ts", "if (!isNonEmptyString(claims.sub)) ", "if (claims.sub === undefined) "]],
  },
  {
    id: "utf8",
    text: "Header and payload are UTF-8",
    kept: [["token/json.ts", "fatal: true", "fatal: false"]],
  },
  {
    id: "proto",
    text: "__proto__ in a token is data, not a prototype",
    kept: [
      [
        "token/json.ts",
        "const value: unknown = JSON.parse(utf8.decode(bytes));",
        "const value: unknown = Object.assign({}, JSON.parse(utf8.decode(bytes)) as object);",
      ],
    ],
  },
];
