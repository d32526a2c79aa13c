import type { Reason } from "./reason.ts";

/** Of the way of a token, from the header to the principal. */
export const tokenReasons: readonly Reason[] = [
  {
    file: "claims/claims.ts",
    line: "claims.iat !== undefined &&",
    mutants: ["true", "maxTokenAge !== undefined || claims.iat !== undefined"],
    reason: "for the type: a sum with `undefined` is NaN, which is less than nothing",
  },
  {
    file: "http/authorization.ts",
    line: 'if (typeof value === "string" && !value.includes(",")) return value;',
    mutants: ["false", '""'],
    reason: "a shortcut: what has no comma is not split",
  },
  {
    file: "http/authorization.ts",
    line: "return fields.length > 1 ? fields : fields[0];",
    mutants: ["true", "fields.length >= 1"],
    reason: "a list of one is as good as that one, and an empty one as none",
  },
  {
    file: "http/refusals.ts",
    line: 'authHeaders(code, "")',
    mutants: ['"Stryker was here!"'],
    reason: "a 503 has no challenge, and so no realm",
  },
  {
    file: "token/json.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "a function without a `return` returns `undefined` too",
  },
  {
    file: "access/policies.ts",
    line: "return Array.isArray(scope) ? scope : ",
    mutants: ['["Stryker was here"]'],
    reason: "no scope has a space in it, so nobody asks for this one",
  },
  {
    file: "verifier/verifier.ts",
    line: "const revocable = revocations === undefined ? neverRevoked",
    mutants: ["false"],
    reason: "nobody asks for what it holds",
  },
  {
    file: "verifier/verifier.ts",
    line: 'const neverRevoked: RevocableToken = Object.freeze({ sub: "" });',
    mutants: ["{}", '"Stryker was here!"'],
    reason: "nobody asks for what it holds",
  },
  {
    file: "cache.ts",
    line: "if (value !== undefined) this.#delete(value);",
    mutants: ["true"],
    reason: "for the type: the entry that was just set is always ahead of the iterator",
  },
  {
    file: "token/parse.ts",
    line: 'const [headerSegment = ""',
    mutants: ['"Stryker was here!"'],
    reason: "for the type: the number of segments is checked",
  },
  {
    file: "token/parse.ts",
    line: "if (latest?.segment === segment) return latest.header;",
    mutants: ["false"],
    reason: "only reads the header again, which costs time",
  },
  {
    file: "cache.ts",
    line: "hash = (hash * 31 + token.charCodeAt(index)) | 0;",
    mutants: ["hash * 31 - token.charCodeAt(index)"],
    reason: "another hash, and as good a one",
  },
];
