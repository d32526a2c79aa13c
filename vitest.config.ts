import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig, type TestProjectConfiguration } from "vitest/config";
import { BaseSequencer, type Reporter, type TestSpecification } from "vitest/node";
import { takeNothingFromTheShell } from "./scripts/run/test-environment.ts";
import { securitySummary } from "./tests/security/report/summary.ts";

// Here, before any worker or child has inherited it.
takeNothingFromTheShell();

/** Tests run against the packages' sources, not their bundles (the bundles have a suite of their own). */
const conditions = ["@usher-auth/source"];

/** For a hook, in milliseconds: it may have to wait for what another file is just making for all. */
const hookTimeout = 120_000;

/** Nest 11, in place of the one that is installed beside the adapter. */
const nest11 = [
  {
    find: /^@nestjs\/(.+)$/,
    replacement: fileURLToPath(new URL("tests/compat/nestjs-11/node_modules/@nestjs/$1", import.meta.url)),
  },
];

/** A project that is given `timeout` milliseconds for a test. */
function project(
  name: string,
  include: string[],
  timeout: number,
  exclude: string[] = [],
  alias: { find: RegExp; replacement: string }[] = [],
): TestProjectConfiguration {
  return {
    resolve: { conditions, alias },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      include,
      exclude: [...configDefaults.exclude, ...exclude],
      testTimeout: timeout,
      hookTimeout,
      // A new thread for each file would load the same modules two hundred times. Files that share one leave
      // nothing behind: what a test replaces, it puts back. Whole systems get one to themselves.
      isolate: name === "e2e",
    },
  };
}

/**
 * Tests of packages that need the real thing: databases, processes, a Better Auth with its backends,
 * frameworks on sockets.
 */
const withTheRealThing = [
  "packages/cli/test/**/*.test.ts",
  "packages/issuer/test/logout/**/*.test.ts",
  "packages/postgres/test/**/*.test.ts",
  "packages/testing/test/guide.test.ts",
  "packages/verify/test/contract/**/*.test.ts",
  "scripts/check/docs/docs.test.ts",
];

/** A test that needs something absent says what: nothing is passed over in silence. */
const skipReasons: Reporter = {
  onTestCaseResult(test) {
    const result = test.result();
    const isFilteredOut = test.project.config.testNamePattern !== undefined;
    if (result.state === "skipped" && !isFilteredOut)
      console.log(`skipped: ${test.fullName}: ${result.note ?? "no reason given"}`);
  },
};

/**
 * What mostly waits comes first, so that everything else has its time: by size, these small files would come
 * last.
 */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification) => /\/security\/(?:faults|seams)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

export default defineConfig({
  test: {
    // The default one comes last: the summary that it ends with is the last thing printed.
    reporters: [securitySummary(), skipReasons, "default"],
    globalSetup: "tests/e2e/support/test-run.ts",
    // Much of the time goes into waiting for processes, databases and the browser: three files at once on any
    // machine.
    maxWorkers: 3,
    sequence: { sequencer: WaitingFirst },
    projects: [
      project(
        "unit",
        ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "scripts/**/*.test.ts"],
        30_000,
        withTheRealThing,
      ),
      project(
        "integration",
        [
          "apps/*/test/**/*.test.ts",
          "packages/*/integration/**/*.test.ts",
          "tests/runtimes/test/{node-24,bun,install}.test.ts",
          ...withTheRealThing,
        ],
        60_000,
      ),
      // The same tests once more.
      project(
        "nestjs-11",
        ["packages/verify/test/{adapters,contract}/nestjs.test.ts", "tests/compat/nestjs-11/*.test.ts"],
        60_000,
        [],
        nest11,
      ),
      // The others take their time and a download: npm run test:runtimes sets this.
      ...(process.env.USHER_RUNTIMES === "all"
        ? [project("runtimes", ["tests/runtimes/test/*.test.ts"], 60_000)]
        : []),
      project("security", ["tests/security/**/*.test.ts"], 60_000),
      project("e2e", ["tests/e2e/**/*.test.ts"], 120_000),
    ],
  },
});
