import type { Reason } from "./reasons.ts";

/** Of the verifier and the guard. */
export const coreReasons: readonly Reason[] = [
  {
    file: "bearer.ts",
    line: 'if (field.startsWith("Bearer ")',
    mutants: ["false"],
    reason: "A shortcut: the regular expression below comes to the same",
  },
  {
    file: "claims.ts",
    line: 'if (typeof audience === "string" && accepted.includes(audience)) return;',
    mutants: ["false", "true", 'typeof audience !== "string"', '""'],
    reason: "A shortcut: the search below comes to the same",
  },
  {
    file: "claims.ts",
    line: "if (maxTokenAge !== undefined && claims.iat !== undefined",
    mutants: ["true", "maxTokenAge !== undefined || claims.iat !== undefined"],
    reason: "For the type: a sum with `undefined` is NaN, which is less than nothing",
  },
  {
    file: "freeze.ts",
    line: 'if (typeof part === "object" && part !== null) {',
    mutants: ["true", 'typeof part === "object" || part !== null'],
    reason: "A shortcut: what is no object is passed over when its turn comes",
  },
  {
    file: "freeze.ts",
    line: "more ??= [];",
    mutants: ['["Stryker was here"]'],
    reason: "A text among what is to be frozen is passed over",
  },
  {
    file: "http.ts",
    line: 'authHeaders(code, "")',
    mutants: ['"Stryker was here!"'],
    reason: "A 503 has no challenge, and so no realm",
  },
  {
    file: "json.ts",
    line: 'if (text.includes("\\ufffd")',
    mutants: ['""'],
    reason: "A shortcut: `isUtf8` alone comes to the same",
  },
  {
    file: "json.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "A function without a `return` returns `undefined` too",
  },
  {
    file: "node-headers.ts",
    line: "if (name.length !== 13 ||",
    mutants: ["false"],
    reason: "A shortcut: the comparison beside it comes to the same",
  },
  {
    file: "policy.ts",
    line: "return Array.isArray(scope) ? scope : ",
    mutants: ['["Stryker was here"]'],
    reason: "No scope has a space in it, so nobody asks for this one",
  },
  {
    file: "token.ts",
    line: 'buffer.write(token, macRoom, "utf8")',
    mutants: ['""'],
    reason: "Node writes UTF-8 unless told otherwise",
  },
  {
    file: "token.ts",
    line: "secondDot < 0",
    mutants: ["secondDot <= 0"],
    reason: "The second dot is never the first character",
  },
  {
    file: "token.ts",
    line: "if (signatureLength < 0 || payloadLength < 0)",
    mutants: ["signatureLength <= 0", "payloadLength <= 0"],
    reason: "No text decodes to nothing: an empty one is -1",
  },
  {
    file: "token.ts",
    line: "if (length < 0)",
    mutants: ["length <= 0"],
    reason: "No text decodes to nothing: an empty one is -1",
  },
  {
    file: "token.ts",
    line: "if (signatureView.length !== signatureLength)",
    mutants: ["true"],
    reason: "Only makes the view anew, which costs time",
  },
  {
    file: "token.ts",
    line: "if (latest?.segment.length === end &&",
    mutants: ["false"],
    reason: "Only reads the header again, which costs time",
  },
  {
    file: "token.ts",
    line: "headers.set(segment, read);",
    mutants: [";"],
    reason: "Only reads the header again, which costs time",
  },
];
