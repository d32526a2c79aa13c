import type { PartialStrykerOptions } from "@stryker-mutator/api/core";

/** Mutants of everything but the adapters; `npm run test:mutation`. */
export default {
  mutate: ["packages/verify/src/**/*.ts", "!packages/verify/src/adapters/**"],
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "tests/security/mutation/vitest/vitest.config.ts", pool: "threads" },
  coverageAnalysis: "perTest",
  // It keeps which tests cover which mutants, and the modules of all test files.
  testRunnerNodeArgs: ["--max-old-space-size=8192"],
  // Not read by these tests, so not copied to the sandbox.
  ignorePatterns: ["dist", "apps", "bench", "tests/e2e", "tests/runtimes", "scripts", ".data"],
  reporters: ["clear-text", "progress"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  incremental: true,
  // In addition to the time that the tests of the mutant take.
  timeoutMS: 10_000,
  timeoutFactor: 1,
} satisfies PartialStrykerOptions;
