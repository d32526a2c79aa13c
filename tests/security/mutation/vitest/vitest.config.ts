import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { KeptThread } from "./kept-thread.ts";
import { QuickestFirst } from "./quickest-first.ts";

/** Stryker's sandbox: the copy of the repository with the mutants, from which this file is loaded. */
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const conditions = ["@usher-auth/source"];

/**
 * The tests for mutants of packages/verify/src: all that run the sources in this process. Not included: the
 * test of the bundle, which contains no mutants, and the contract of the adapters. It calls nearly every line
 * of the core a thousand times, so it would slow those mutants down; those of the adapters run against it.
 */
export default defineConfig({
  root,
  plugins: [
    {
      name: "usher-kept-thread",
      // Stryker sets the pool itself, so it is replaced here.
      configureVitest: ({ project }) => {
        project.config.pool = "kept-thread";
        project.config.poolRunner = {
          name: "kept-thread",
          createPoolWorker: (options) => new KeptThread(options),
        };
      },
    },
  ],
  resolve: {
    conditions,
    // Package names resolve through node_modules to the sources without mutants.
    alias: [
      { find: /^@usher-auth\/verify$/, replacement: `${root}packages/verify/src/index.ts` },
      {
        find: /^@usher-auth\/verify\/(http|keys|logout|policies|revocation)$/,
        replacement: `${root}packages/verify/src/$1/index.ts`,
      },
      { find: /^@usher-auth\/verify\/guard$/, replacement: `${root}packages/verify/src/access/index.ts` },
      {
        find: /^@usher-auth\/verify\/([a-z0-9-]+)$/,
        replacement: `${root}packages/verify/src/adapters/$1.ts`,
      },
      { find: /^@usher-auth\/testing$/, replacement: `${root}packages/testing/src/index.ts` },
    ],
  },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/verify/test/**/*.test.ts", "tests/security/{tokens,rules}/**/*.test.ts"],
    exclude: [
      ...configDefaults.exclude,
      "packages/verify/test/bundle.test.ts",
      // It reads the source files, which contain all mutants at once.
      "tests/security/rules/rules.test.ts",
      "packages/verify/test/contract/**",
    ],
    // A module is loaded once per thread, and not for each test file.
    isolate: false,
    runner: "tests/security/mutation/vitest/stop-at-failure.ts",
    sequence: { sequencer: QuickestFirst },
    // Ends a mutant that hangs without losing the process, which has loaded everything.
    testTimeout: 40_000,
    hookTimeout: 40_000,
    setupFiles: ["tests/security/mutation/vitest/no-mutant-yet.ts"],
    reporters: [],
    silent: true,
  },
});
