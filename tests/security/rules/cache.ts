import type { Rule } from "./rule.ts";

/** What is remembered of tokens, and for how long it counts. */
export const cacheRules: readonly Rule[] = [
  {
    id: "whole-token",
    text: "A cached token is recognised by its whole text",
    kept: [["verifier/verifier.ts", "known.token === token &&", ""]],
  },
  {
    id: "successes-only",
    text: "Only a token that passed every check is cached",
    kept: [
      [
        "verifier/verifier.ts",
        "checkClaims(claims, policy, now, issuers);",
        "cache?.set(cacheKey, { token, principal: principalOf(claims as never, parts), key, revocable: neverRevoked, from: 0, until: 1e12, bytes: 0 });\n    checkClaims(claims, policy, now, issuers);",
      ],
    ],
  },
  {
    id: "bounded",
    text: "The cache never holds more tokens than its limit",
    kept: [
      [
        "cache.ts",
        "while (this.#entries.size > this.#capacity || this.#bytes > this.#room) this.#deleteOldest();",
        "",
      ],
    ],
  },
  {
    id: "exp-again",
    text: "The exp of a cached token is checked on every hit",
    kept: [["verifier/verifier.ts", "now < known.until &&", ""]],
  },
  {
    id: "revoked-again",
    text: "A cached token is checked for revocation on every hit",
    kept: [
      [
        "verifier/verifier.ts",
        "if (revocations !== undefined) checkRevoked(revocations, known.revocable, now);",
        "",
      ],
    ],
  },
  {
    id: "clock-back",
    text: "Setting the clock back does not extend a token",
    kept: [["clock.ts", "if (time >= started + passed) return time;", "return time;"]],
  },
];
