import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { KeptThread } from "./kept-thread.ts";
import { QuickestFirst } from "./quickest-first.ts";

/** The copy of the repository that holds the mutants: Stryker loads this file there. */
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const conditions = ["@usher-auth/source"];

/**
 * The tests that mutants of packages/verify/src have to pass: all that run in this process and decide by the
 * sources. Left out: bundles, which no mutant reaches, and the contract of the adapters, which takes minutes.
 */
export default defineConfig({
  root,
  plugins: [
    {
      name: "usher-kept-thread",
      // Stryker sets the pool itself, so that this one has to be put in its place.
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
    // By their names, packages lead through node_modules to the sources without mutants.
    alias: [
      { find: /^@usher-auth\/verify$/, replacement: `${root}packages/verify/src/index.ts` },
      {
        find: /^@usher-auth\/verify\/(http|keys|logout|revocation)$/,
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
      // It reads the sources, and all mutants stand in them at once.
      "tests/security/rules/rules.test.ts",
      "packages/verify/test/contract/**",
    ],
    // A module is loaded once in a thread, and not for each file of tests.
    isolate: false,
    runner: "tests/security/mutation/vitest/stop-at-failure.ts",
    sequence: { sequencer: QuickestFirst },
    // A mutant that hangs ends here, and not by the loss of a process that has loaded everything.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    setupFiles: ["tests/security/mutation/vitest/no-mutant-yet.ts"],
    reporters: [],
    silent: true,
  },
});
