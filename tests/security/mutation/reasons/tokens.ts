import type { Reason } from "./reason.ts";

/** Of the way of a token, from the header to the principal. */
export const tokenReasons: readonly Reason[] = [
  {
    file: "access/bearer.ts",
    line: 'if (field.startsWith("Bearer ")',
    mutants: ["false"],
    reason: "a shortcut: the regular expression below comes to the same",
  },
  {
    file: "claims/claims.ts",
    line: 'if (typeof audience === "string" && accepted.includes(audience)) return;',
    mutants: ["false", "true", 'typeof audience !== "string"', '""'],
    reason: "a shortcut: the search below comes to the same",
  },
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
    file: "claims/freeze.ts",
    line: "more ??= [];",
    mutants: ['["Stryker was here"]'],
    reason: "a text among what is to be frozen has nothing to freeze",
  },
  {
    file: "http/refusals.ts",
    line: 'authHeaders(code, "")',
    mutants: ['"Stryker was here!"'],
    reason: "a 503 has no challenge, and so no realm",
  },
  {
    file: "token/json.ts",
    line: 'if (text.includes("\\ufffd")',
    mutants: ['""'],
    reason: "a shortcut: `isUtf8` alone comes to the same",
  },
  {
    file: "token/json.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "a function without a `return` returns `undefined` too",
  },
  {
    file: "http/authorization.ts",
    line: "if (name.length !== 13 ||",
    mutants: ["false"],
    reason: "a shortcut: the comparison beside it comes to the same",
  },
  {
    file: "access/policies.ts",
    line: "return Array.isArray(scope) ? scope : ",
    mutants: ['["Stryker was here"]'],
    reason: "no scope has a space in it, so nobody asks for this one",
  },
  {
    file: "claims/principal.ts",
    line: "if (sessionId === undefined || issuedAt === undefined) {",
    mutants: ["true"],
    reason: "a shortcut: the general way comes to the same",
  },
  {
    file: "token/parse.ts",
    line: 'buffer.write(token, macRoom, "utf8")',
    mutants: ['""'],
    reason: "Node writes UTF-8 unless told otherwise",
  },
  {
    file: "token/parse.ts",
    line: "secondDot < 0",
    mutants: ["secondDot <= 0"],
    reason: "the second dot is never the first character",
  },
  {
    file: "token/parse.ts",
    line: "if (signatureLength < 0 || payloadLength < 0)",
    mutants: ["signatureLength <= 0", "payloadLength <= 0"],
    reason: "no text decodes to nothing: an empty one is -1",
  },
  {
    file: "token/parse.ts",
    line: "if (length < 0)",
    mutants: ["length <= 0"],
    reason: "no text decodes to nothing: an empty one is -1",
  },
  {
    file: "token/parse.ts",
    line: "if (signatureView.length !== signatureLength)",
    mutants: ["true"],
    reason: "only makes the view anew, which costs time",
  },
  {
    file: "token/parse.ts",
    line: "if (latest?.segment.length === end &&",
    mutants: ["false"],
    reason: "only reads the header again, which costs time",
  },
  {
    file: "token/parse.ts",
    line: "headers.set(segment, read);",
    mutants: [";"],
    reason: "only reads the header again, which costs time",
  },
  {
    file: "cache.ts",
    line: "number = (number * 31 + token.charCodeAt(index)) | 0;",
    mutants: ["number * 31 - token.charCodeAt(index)"],
    reason: "another number, and as good a one to look up by",
  },
  {
    file: "verifier/verifier.ts",
    line: "snapshot && known.passed === snapshot.revision",
    mutants: ["false", "now > snapshot.from"],
    reason: "a shortcut: the revocations are asked, and say the same",
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
];
