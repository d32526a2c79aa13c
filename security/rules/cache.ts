import type { Rule } from "./rule.ts";

/** What is remembered of tokens, and for how long it counts. */
export const cacheRules: readonly Rule[] = [
  {
    id: "whole-token",
    text: "A remembered token is known again by its whole text",
    kept: [["verifier.ts", " && known.token === token", ""]],
  },
  {
    id: "successes-only",
    text: "Only a token that passed every check is remembered",
    kept: [
      [
        "verifier.ts",
        "checkClaims(claims, policy, now, issuers);",
        "cache?.set(lookUp, { token, principal: createPrincipal(claims, readClaims(claims)), key, revocable: revocableOf(claims), passed: 0 });\n    checkClaims(claims, policy, now, issuers);",
      ],
    ],
  },
  {
    id: "bounded",
    text: "However many tokens come, no more than cache says are remembered",
    kept: [["cache.ts", "if (this.#young.size >= this.#generationSize) {", "if (false) {"]],
  },
  {
    id: "exp-again",
    text: "A remembered token's exp is checked on every hit",
    kept: [["verifier.ts", " || principal.expiresAt <= earliest", ""]],
  },
  {
    id: "revoked-again",
    text: "A remembered token is held against the revocations on every hit",
    kept: [["verifier.ts", "revocations?.check(known.revocable, now);", ""]],
  },
  {
    id: "clock-back",
    text: "A clock that is put back extends no token",
    kept: [["time.ts", "return () => Math.max(wall(), offset + monotonic());", "return wall;"]],
  },
];
