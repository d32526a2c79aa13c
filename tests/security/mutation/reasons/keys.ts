import type { Reason } from "./reason.ts";

/** Of the keys. */
export const keyReasons: readonly Reason[] = [
  {
    file: "keys/jwks/fetch-jwks.ts",
    line: 'response.headers.get("content-type") ?? ""',
    mutants: ['"Stryker was here!"'],
    reason: "anything without `html` in it will do",
  },
  {
    file: "keys/jwks/remote-jwks.ts",
    line: "candidates: (header) => fittingKeys(current()?.keys ?? []",
    mutants: ['["Stryker was here"]'],
    reason: "a text is no key of any algorithm",
  },
  {
    file: "keys/jwks/remote-jwks.ts",
    line: "jwk: rsaAlgorithm === undefined ? {} : { rsaAlgorithm }",
    mutants: ["false"],
    reason: "for the type: an option that is undefined counts as absent",
  },
  {
    file: "keys/algorithms/hmac.ts",
    line: "oneShot: OneShotHash | null = crypto.hash ?? null",
    mutants: ["crypto.hash && null"],
    reason: "the slower way computes the same MAC",
  },
  {
    file: "keys/algorithms/hmac.ts",
    line: "return oneShot === null ?",
    mutants: ["true"],
    reason: "the slower way computes the same MAC",
  },
  {
    file: "keys/algorithms/rsa-pss.ts",
    line: "const key = { key: material, ...pssOptions };",
    mutants: ["{}"],
    reason: "the other way, for workerd, has the same result",
  },
  {
    file: "keys/algorithms/rsa-pss.ts",
    line: "verify(hash, Buffer.alloc(1), key, Buffer.alloc(1));",
    mutants: [";"],
    reason: "it only finds out which way serves, and on Node both do",
  },
  {
    file: "keys/refreshing.ts",
    line: "if (set === undefined) return;",
    mutants: ["false"],
    reason: "no keys are infinitely old, and are let go of, which changes nothing",
  },
  {
    file: "keys/secret/secret-keys.ts",
    line: 'typeof value === "string" ? Buffer.from(value, "utf8") : value',
    mutants: ["true", '""'],
    reason: "bytes are copied as they are, and a text is UTF-8 by default",
  },
  {
    file: "keys/secret/strength.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "a function without a `return` returns `undefined`, which is as good as false here",
  },
  {
    file: "keys/signature.ts",
    line: 'EdDSA: ["eddsa", null]',
    mutants: ["[]", '""'],
    reason: "what is neither ECDSA nor PSS goes one way, and no hash is as good as `null`",
  },
];
