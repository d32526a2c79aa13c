import type { Rule } from "./rule.ts";

/** Keys that an issuer publishes. */
export const jwksRules: readonly Rule[] = [
  {
    id: "https",
    text: "A JWKS is fetched over https, and over http from this machine alone",
    kept: [
      [
        "keys/jwks/remote-jwks.ts",
        '!(address?.protocol === "http:" && loopback)',
        'address?.protocol !== "http:"',
      ],
    ],
  },
  {
    id: "redirect",
    text: "A JWKS that redirects is not followed",
    kept: [["keys/jwks/fetch-jwks.ts", 'redirect: "manual"', 'redirect: "follow"']],
  },
  {
    id: "deadline",
    text: "A JWKS must have come whole within 5 seconds",
    kept: [
      [
        "keys/refreshing.ts",
        "await within(deadline, () => fetch(ended.signal))",
        "await fetch(ended.signal)",
      ],
    ],
  },
  {
    id: "size",
    text: "A JWKS of more than 512 KB is refused",
    kept: [["keys/jwks/fetch-jwks.ts", "if (length > maxBytes) ", "if (false) "]],
  },
  {
    id: "private-key",
    text: "A private key in a JWKS is refused",
    kept: [["keys/jwks/jwk.ts", "if (found !== undefined)", "if (false)"]],
  },
  {
    id: "oct-key",
    text: "An oct key in a JWKS is refused, and reported as a secret that anybody can read",
    kept: [["keys/jwks/jwk.ts", ', "k"]', "]"]],
  },
  {
    id: "bad-key",
    text: "A bad key in a JWKS is left out with a warning and takes no good one with it",
    kept: [["keys/jwks/key-set.ts", "reasons.push(reason);", "throw error;"]],
  },
  {
    id: "coalesced",
    text: "However many requests wait for keys, they are fetched once",
    kept: [["keys/refreshing.ts", "if (attempt === undefined || !attempt.isHeld) {", "{"]],
  },
  {
    id: "cooldown",
    text: "Unknown kids have the keys fetched five times at most, and once in 30 seconds after that",
    kept: [["keys/refreshing.ts", "if (isFresh() && !budget.take()) throw outOfBudget();", ""]],
  },
  {
    id: "looked-for",
    text: "A key is called unknown only once a fetch that began after the token came has no such key",
    kept: [
      ["verifier/with-keys.ts", "found.isOld ? keys.search(error) : undefined", "undefined"],
      ["verifier/with-keys.ts", "(unavailable ?? error)", "error"],
    ],
  },
  {
    id: "dropped",
    text: "A fetch that never answers, and whose timer never fires, is given up for another one",
    kept: [
      [
        "keys/refreshing.ts",
        "if (underWay !== undefined && clock() - underWay.startedAt >= attemptTimeout)",
        "if (false)",
      ],
    ],
  },
  {
    id: "late",
    text: "What a fetch brings that was given up takes the place of no newer keys",
    kept: [["keys/refreshing.ts", "if (underWay !== attempt) return givenUp();", ""]],
  },
  {
    id: "back-off",
    text: "After a failure, the next fetch waits longer each time",
    kept: [["keys/refreshing.ts", "firstWait * 2 ** failures", "firstWait"]],
  },
  {
    id: "outage",
    text: "The last good keys go on serving while the issuer is out",
    kept: [["keys/refreshing.ts", "failures++;", "failures++;\n      set = undefined;"]],
  },
  {
    id: "outage-ends",
    text: "The last good keys serve no longer than maxStale",
    kept: [["keys/refreshing.ts", "if (age >= maxStale) {", "if (false) {"]],
  },
  {
    id: "withdrawn",
    text: "A key that left the set verifies nothing from the next refresh on, not even tokens that are remembered",
    kept: [["keys/refreshing.ts", "replace(set, next);", ""]],
  },
];
