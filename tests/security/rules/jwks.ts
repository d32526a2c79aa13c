import type { Rule } from "./rule.ts";

/** Keys that an issuer publishes. */
export const jwksRules: readonly Rule[] = [
  {
    id: "https",
    text: "A JWKS is fetched over https, or over http from this machine and allowed hosts",
    kept: [
      [
        "keys/jwks/remote-jwks.ts",
        '!(address?.protocol === "http:" && mayUseHttp(address, insecureHosts))',
        'address?.protocol !== "http:"',
      ],
    ],
  },
  {
    id: "insecure-host",
    text: "Plain http to another machine needs its exact name in allowInsecureHosts",
    kept: [
      ["keys/jwks/insecure-hosts.ts", "if (!allowed.has(hostname)) return false;", ""],
      ["keys/jwks/insecure-hosts.ts", "?.hostname === host) return host;", " !== null) return host;"],
    ],
  },
  {
    id: "redirect",
    text: "A redirect of a JWKS is not followed",
    kept: [["keys/jwks/fetch-jwks.ts", 'redirect: "manual"', 'redirect: "follow"']],
  },
  {
    id: "deadline",
    text: "A JWKS must arrive completely within 5 seconds",
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
    text: "A JWKS of more than 512 KB is rejected",
    kept: [["keys/jwks/fetch-jwks.ts", "if (length > maxBytes) ", "if (false) "]],
  },
  {
    id: "private-key",
    text: "A private key in a JWKS is rejected",
    kept: [["keys/jwks/jwk.ts", "if (found !== undefined)", "if (false)"]],
  },
  {
    id: "oct-key",
    text: "An oct key in a JWKS is rejected, and reported as a secret that anyone can read",
    kept: [["keys/jwks/jwk.ts", ', "k"]', "]"]],
  },
  {
    id: "bad-key",
    text: "An invalid key in a JWKS is skipped with a warning, and the other keys are used",
    kept: [["keys/jwks/key-set.ts", "reasons.push(reason);", "throw error;"]],
  },
  {
    id: "coalesced",
    text: "Requests that wait for keys share one fetch",
    kept: [["keys/refreshing.ts", "if (attempt === undefined || !attempt.isHeld) {", "{"]],
  },
  {
    id: "cooldown",
    text: "Unknown kids cause at most five fetches of the keys, and then one in 30 seconds",
    kept: [["keys/refreshing.ts", "if (isFresh() && !budget.take()) throw outOfBudget();", ""]],
  },
  {
    id: "looked-for",
    text: "A key is unknown only if a fetch that began after the token arrived does not contain it",
    kept: [
      ["keys/waiting.ts", "found.isOld ? search(remotes, error) : undefined", "undefined"],
      ["keys/waiting.ts", "(unavailable ?? error)", "error"],
    ],
  },
  {
    id: "dropped",
    text: "A fetch that never ends and whose timer never fires is abandoned for a new one",
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
    text: "The result of an abandoned fetch does not replace newer keys",
    kept: [["keys/refreshing.ts", "if (underWay !== attempt) return givenUp();", ""]],
  },
  {
    id: "back-off",
    text: "Each failed fetch makes the next one wait longer",
    kept: [["keys/refreshing.ts", "firstWait * 2 ** failures", "firstWait"]],
  },
  {
    id: "outage",
    text: "The last good keys stay in use during an outage of the issuer",
    kept: [["keys/refreshing.ts", "failures++;", "failures++;\n      set = undefined;"]],
  },
  {
    id: "outage-ends",
    text: "The last good keys are used for at most maxStale",
    kept: [["keys/refreshing.ts", "if (age >= maxStale) {", "if (false) {"]],
  },
  {
    id: "withdrawn",
    text: "A key that left the set verifies nothing after the next refresh, not even cached tokens",
    kept: [["keys/refreshing.ts", "replace(previous, next);", ""]],
  },
];
