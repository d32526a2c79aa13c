import type { Reason } from "./reason.ts";

/** Mutants of the keys. */
export const keyReasons: readonly Reason[] = [
  {
    file: "keys/jwks/fetch-jwks.ts",
    line: 'response.headers.get("content-type") ?? ""',
    mutants: ['"Stryker was here!"'],
    reason: "any text without `html` works",
  },
  {
    file: "keys/jwks/remote-jwks.ts",
    line: "candidates: (header) => fittingKeys(current()?.keys ?? []",
    mutants: ['["Stryker was here"]'],
    reason: "a string is not a key of any algorithm",
  },
  {
    file: "keys/jwks/remote-jwks.ts",
    line: "jwk: rsaAlgorithm === undefined ? {} : { rsaAlgorithm }",
    mutants: ["false"],
    reason: "for the type: an undefined option counts as absent",
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
    reason: "the alternative for workerd has the same result",
  },
  {
    file: "keys/algorithms/rsa-pss.ts",
    line: "verify(hash, Buffer.alloc(1), key, Buffer.alloc(1));",
    mutants: [";"],
    reason: "it only detects which way works, and on Node both do",
  },
  {
    file: "keys/refreshing.ts",
    line: "if (set === undefined) return;",
    mutants: ["false"],
    reason: "an empty set is infinitely old and dropped, which changes nothing",
  },
  {
    file: "keys/secret/secret-keys.ts",
    line: 'typeof value === "string" ? Buffer.from(value, "utf8") : value',
    mutants: ["true", '""'],
    reason: "bytes are copied unchanged, and a string is UTF-8 by default",
  },
  {
    file: "keys/secret/strength.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "a function without a `return` returns `undefined`, which is falsy",
  },
  {
    file: "keys/signature.ts",
    line: 'EdDSA: ["eddsa", null]',
    mutants: ["[]", '""'],
    reason: "any family but ECDSA and PSS takes the last branch, and `undefined` works like `null` as a hash",
  },
  {
    file: "keys/custom-source.ts",
    line: "const turn = { isTaken: false };",
    mutants: ["{}"],
    reason: "`undefined` is falsy as well",
  },
  {
    file: "keys/custom-source.ts",
    line: "source.keys?.()",
    mutants: ["source.keys()"],
    reason: "calling what is absent throws, which counts as no answer",
  },
  {
    file: "keys/custom-source.ts",
    line: "source.description?.()",
    mutants: ["source.description()"],
    reason: "calling what is absent throws, which counts as no answer",
  },
  {
    file: "keys/custom-source.ts",
    line: "remote.refreshing?.()",
    mutants: ["remote.refreshing()"],
    reason: "calling what is absent throws, which counts as no answer",
  },
  {
    file: "keys/custom-source.ts",
    line: "} catch {",
    mutants: ["{}"],
    reason: "an empty block returns `undefined`, which counts as no",
  },
  {
    file: "keys/secret/secret-versions.ts",
    line: "const match = ",
    mutants: ["/^\\s*(\\d+):\\s*(\\S(?:.*\\S)?)\\s*/s"],
    reason: "the group before it matches up to the last character that is not a space",
  },
  {
    file: "keys/secret/secret-versions.ts",
    line: "match[2] === undefined",
    mutants: ["false"],
    reason: "a match has both groups; the check is for the compiler",
  },
  {
    file: "keys/jwks/key-set.ts",
    line: 'unused.set("", `the set has',
    mutants: ['"Stryker was here!"'],
    reason: "any text that is no key works",
  },
  {
    file: "keys/jwks/loopback.ts",
    line: "const agent = new http.Agent({ proxyEnv: {} });",
    mutants: ["{}"],
    reason:
      "only another process can have a proxy in its environment: packages/verify/test/keys/jwks/loopback.test.ts",
  },
  {
    file: "keys/jwks/loopback.ts",
    line: 'response.on("error", () => undefined);',
    mutants: ['""'],
    reason: "without it, the process would end while a test runs, which Stryker does not count",
  },
  {
    file: "keys/jwks/remote-jwks.ts",
    line: "keys: () => current()?.keys ?? [],",
    mutants: ["current().keys"],
    reason: "an exception counts as no keys",
  },
  {
    file: "keys/key-resolver.ts",
    line: "if (isSigned !== false) ignorePromise(isSigned);",
    mutants: ["true"],
    reason: "a shortcut: `false` is no promise",
  },
  {
    file: "keys/custom-source.ts",
    line: "if (turn.isTaken) return false;",
    mutants: ["true"],
    reason: "the source's own code is running, so that its `refresh` would not be called either",
  },
];
