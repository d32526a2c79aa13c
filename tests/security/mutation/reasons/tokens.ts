import type { Reason } from "./reason.ts";

/** Mutants of the steps from a token's header to its principal. */
export const tokenReasons: readonly Reason[] = [
  {
    file: "claims/claims.ts",
    line: "claims.iat !== undefined &&",
    mutants: ["true", "maxTokenAge !== undefined || claims.iat !== undefined"],
    reason: "for the type: a sum with `undefined` is NaN, and every comparison with NaN is false",
  },
  {
    file: "http/authorization.ts",
    line: 'if (typeof value === "string" && !value.includes(",")) return value;',
    mutants: ["false", '""'],
    reason: "a shortcut: a field without a comma is not split",
  },
  {
    file: "http/authorization.ts",
    line: "return fields.length > 1 ? fields : fields[0];",
    mutants: ["true", "fields.length >= 1"],
    reason: "a list of one is treated like that field, and an empty list like none",
  },
  {
    file: "token/json.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "a function without a `return` returns `undefined` too",
  },
  {
    file: "claims/scope.ts",
    line: 'return typeof scope === "string" ? scope.split(" ") : [];',
    mutants: ['["Stryker was here"]'],
    reason: "no scope contains a space, so no policy requires this one",
  },
  {
    file: "verifier/verifier.ts",
    line: "const revocable = revocations === undefined ? neverRevoked",
    mutants: ["false"],
    reason: "its content is never read",
  },
  {
    file: "verifier/verifier.ts",
    line: 'const neverRevoked: RevocableToken = Object.freeze({ sub: "" });',
    mutants: ["{}", '"Stryker was here!"'],
    reason: "its content is never read",
  },
  {
    file: "cache.ts",
    line: "if (value !== undefined) this.#delete(value);",
    mutants: ["true"],
    reason: "for the type: the entry that was just set is always ahead of the iterator",
  },
  {
    file: "token/parse.ts",
    line: "if (latest?.segment === segment) return latest.header;",
    mutants: ["false"],
    reason: "it only parses the header again, which takes time",
  },
  {
    file: "cache.ts",
    line: "hash = (hash * 31 + token.charCodeAt(index)) | 0;",
    mutants: ["hash * 31 - token.charCodeAt(index)"],
    reason: "another hash, as good as this one",
  },
  {
    file: "claims/claims.ts",
    line: "const end = maxTokenAge === undefined || iat === undefined",
    mutants: ["false"],
    reason:
      "for the type: a sum with `undefined` is NaN, with which a token is verified again instead of found",
  },
  {
    file: "claims/freeze.ts",
    line: 'if (property !== undefined && "value" in property)',
    mutants: ["true"],
    reason: "only a proxy hides a property that it lists, and freezing it fails as well",
  },
  {
    file: "clock.ts",
    line: "if (time >= started + passed) return time;",
    mutants: ["time > started + passed"],
    reason: "both values are the same then",
  },
  {
    file: "clock.ts",
    line: "if (seconds <= newest) return;",
    mutants: ["false", "seconds < newest"],
    reason: "a shortcut: `Math.max` ignores an older token as well",
  },
  {
    file: "errors.ts",
    line: 'return typeof value === "object" && value !== null',
    mutants: ["true", 'typeof value === "object" || value !== null'],
    reason: "no other value has the mark, and `null` throws, which is caught",
  },
  {
    file: "http/authorization.ts",
    line: 'const [first = "", ...others]',
    mutants: ['"Stryker was here!"'],
    reason: "for the type: `split` returns at least one part",
  },
  {
    file: "verifier/verifier.ts",
    line: "now >= known.from &&",
    mutants: ["now > known.from"],
    reason: "a token that is not found is verified again, with the same result",
  },
  {
    file: "token/parse.ts",
    line: 'signed: Buffer.from(token.slice(0, last), "latin1"),',
    mutants: ['""'],
    reason: "the segments are decoded before, so the text is ASCII, which is the same in UTF-8",
  },
  {
    file: "verifier/audience.ts",
    line: "if (audience === null) return { audiences: null, isExact: false };",
    mutants: ["true"],
    reason: "it is not read if every audience is accepted",
  },
  {
    file: "verifier/observed.ts",
    line: "let [duration, cached] = [0, false];",
    mutants: ["true"],
    reason: "it is read only after an attempt, which sets it",
  },
  {
    file: "verifier/verifier.ts",
    line: "cacheSize === 0 ? undefined",
    mutants: ["false"],
    reason: "a shortcut: a cache without capacity keeps no token",
  },
  {
    file: "verifier/verifier.ts",
    line: "uncached++;",
    mutants: ["uncached--"],
    reason: "it is only compared with its earlier value, and differs from it as well",
  },
  {
    file: "verifier/verifier.ts",
    line: "if (accessPolicy !== undefined && isAccessToken(parts.header))",
    mutants: ["true"],
    reason: "for the type: the parser accepts an access token only if there is a policy for it",
  },
  {
    file: "verifier/verifier.ts",
    line: "const isShared = readClaims === undefined ||",
    mutants: ["false"],
    reason: "a shortcut: without a schema, all claims are from JSON and frozen",
  },
];
