import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { KeptThread } from "./kept-thread.ts";
import { QuickestFirst } from "./quickest-first.ts";

/** Stryker's sandbox: the copy of the repository with the mutants, from which this file is loaded. */
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const conditions = ["@usher-auth/source"];

/** Package names would resolve through node_modules, to the sources without mutants. */
const aliases = ["verify", "testing"].flatMap((name) => {
  const folder = `${root}packages/${name}/`;
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as {
    exports: Record<string, string | { "@usher-auth/source"?: string }>;
  };
  return Object.entries(exports).flatMap(([subpath, entry]) => {
    const source = typeof entry === "string" ? undefined : entry["@usher-auth/source"];
    if (source === undefined) return [];
    return [{ find: new RegExp(`^@usher-auth/${name}${subpath.slice(1)}$`), replacement: folder + source }];
  });
});

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
    alias: aliases,
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
    // Fewer random tokens than usual: each survivor runs all of them.
    env: { USHER_DIFFERENTIAL: "2000" },
    // A module is loaded once per thread, and not for each test file.
    isolate: false,
    runner: "tests/security/mutation/vitest/stop-at-failure.ts",
    sequence: { sequencer: QuickestFirst },
    // Ends a mutant that hangs without losing the process, which has loaded everything.
    testTimeout: 10_000,
    hookTimeout: 10_000,
    setupFiles: ["tests/security/mutation/vitest/no-mutant-yet.ts"],
    reporters: [],
    silent: true,
  },
});
