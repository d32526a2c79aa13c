import type { PartialStrykerOptions } from "@stryker-mutator/api/core";

/** Mutants of the verifier, the guard and the adapters; `npm run test:mutation`. */
export default {
  mutate: ["packages/verify/src/**/*.ts"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "tests/security/mutation/vitest/vitest.config.ts", pool: "threads" },
  coverageAnalysis: "perTest",
  // What no test of the mutants reads need not be copied for them.
  ignorePatterns: ["dist", "apps", "bench", "tests/e2e", "tests/runtimes", "scripts", ".data"],
  reporters: ["clear-text", "progress", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: "reports/mutation.json" },
  incremental: true,
  incrementalFile: "reports/mutation-incremental.json",
  // A mutant that loops is seen by its count of loops; what is left is a machine under load.
  timeoutMS: 40_000,
  timeoutFactor: 3,
} satisfies PartialStrykerOptions;
