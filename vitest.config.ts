import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig, type TestProjectConfiguration } from "vitest/config";
import { BaseSequencer, type Reporter, type TestSpecification } from "vitest/node";
import { takeNothingFromTheShell } from "./scripts/run/test-environment.ts";
import { securitySummary } from "./tests/security/report/summary.ts";

// Before any worker or child process inherits them.
takeNothingFromTheShell();

/** Tests use the packages' sources. packages/verify/test/bundle.test.ts and tests/e2e/packages use what is built. */
const conditions = ["@usher-auth/source"];

/** Milliseconds. A hook may wait for another file, which prepares something that both need. */
const hookTimeout = 120_000;

/** Nest 11 instead of the version that the adapter is developed with. */
const nest11 = [
  {
    find: /^@nestjs\/(.+)$/,
    replacement: fileURLToPath(new URL("tests/compat/nestjs-11/node_modules/@nestjs/$1", import.meta.url)),
  },
];

/** The oldest supported API of OpenTelemetry, and an SDK that has it. */
const openTelemetry2 = [
  {
    find: /^@opentelemetry\/(api|exporter-prometheus|sdk-metrics)$/,
    replacement: fileURLToPath(
      new URL("tests/compat/opentelemetry-2/node_modules/@opentelemetry/$1", import.meta.url),
    ),
  },
];

/** A project with `timeout` milliseconds for each test. */
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
      // Files share threads, because a new thread for each would load the same modules two hundred times. So
      // tests restore what they replace. Tests that run whole systems do not share.
      isolate: [
        "e2e",
        "long",
        "long-sequential",
        "fastapi",
        "gate",
        "examples",
        "proxies",
        "metrics",
        "commands",
        "init",
      ].includes(name),
      fileParallelism: name !== "long-sequential",
    },
  };
}

/** Tests of packages that need databases, processes, Better Auth with its backends, or frameworks on sockets. */
const integration = [
  "conformance/test/pyjwt.test.ts",
  "packages/cli/test/**/*.test.ts",
  "packages/client/test/frameworks/*.test.ts",
  "packages/client/test/proxy/long/*.test.ts",
  "packages/client/test/server/two-users.test.ts",
  "packages/issuer/test/{logout,organization}/**/*.test.ts",
  "packages/opentelemetry/test/**/*.test.ts",
  "packages/postgres/test/**/*.test.ts",
  "packages/testing/test/guide.test.ts",
  "packages/testing/test/expect-guarded/{flaws,sound}.test.ts",
  "packages/verify/test/contract/**/*.test.ts",
  "scripts/check/docs/docs.test.ts",
  "tests/migrations/*.test.ts",
];

/** A line that a guard without a logger writes. */
const isRefusal = /^usher: refused [a-z_]+/;

/** Prints why a test is skipped. */
const skipReasons: Reporter = {
  onTestCaseResult(test) {
    const result = test.result();
    const isFilteredOut = test.project.config.testNamePattern !== undefined;
    if (result.state === "skipped" && !isFilteredOut)
      console.log(`skipped: ${test.fullName}: ${result.note ?? "no reason given"}`);
  },
};

/** Tests of scale, of faults, of development tools and of the packed packages: `npm run test:long`, and CI. */
const long = [
  "apps/api/test/process.test.ts",
  "apps/web/test/server/{process,config/rotate-secret,database/postgres}.test.ts",
  "packages/cli/integration/doctor-production.test.ts",
  "packages/cli/test/audit/fastapi/**/*.test.ts",
  "packages/cli/test/audit/test-users/*.test.ts",
  "packages/cli/test/gate/request/parsers/*.test.ts",
  "packages/cli/test/gate/**/long/*.test.ts",
  "packages/cli/test/init/frameworks.test.ts",
  "packages/cli/test/token/token.test.ts",
  "packages/client/test/frameworks/*.test.ts",
  "packages/client/test/server/two-users.test.ts",
  "packages/issuer/test/logout/{api,status-postgres}.test.ts",
  "packages/issuer/test/organization/{large-organization,outages,races-postgres}.test.ts",
  "packages/postgres/integration/**/million.test.ts",
  "packages/postgres/integration/rows/guide-drivers.test.ts",
  "packages/postgres/integration/rows/injection{,-drivers,-drizzle}.test.ts",
  "packages/postgres/integration/rows/prisma-injection.test.ts",
  "packages/postgres/integration/rows/pgbouncer.test.ts",
  "packages/postgres/integration/revocations/{server,subscription}.test.ts",
  // The contract of rows over pg and PGlite is in `npm test`.
  "packages/postgres/test/rows/{drizzle,kysely,postgres-js,prisma}/contract.test.ts",
  "packages/testing/test/expect-guarded/{flaws,sound}.test.ts",
  "packages/testing/test/guide.test.ts",
  // Skipped unless BETTER_AUTH_SOURCES names a folder.
  "tests/compat/better-auth/own-tests.test.ts",
  "tests/e2e/api-docs.test.ts",
  "tests/e2e/audit.test.ts",
  "tests/e2e/browser-displays.test.ts",
  "tests/e2e/client/*.test.ts",
  "tests/e2e/client-runtimes.test.ts",
  "tests/e2e/containers.test.ts",
  "tests/e2e/demo-replicas.test.ts",
  "tests/e2e/dev.test.ts",
  "tests/e2e/doctor.test.ts",
  "tests/e2e/domains/*.test.ts",
  "tests/e2e/mcp/{guide,mcp}.test.ts",
  "tests/e2e/move-to-key-pair.test.ts",
  "tests/e2e/organizations/*.test.ts",
  "tests/e2e/packages/{install,node-20-types}.test.ts",
  "tests/e2e/production-guide.test.ts",
  "tests/e2e/proxy/*.test.ts",
  "tests/e2e/support/postgres/{prepared-database,start-postgres}.test.ts",
  "tests/e2e/sign-out.test.ts",
  "tests/migrations/*.test.ts",
  "tests/security/gate/long/*.test.ts",
  "tests/security/http/audit.test.ts",
  "tests/security/seams/user-code.test.ts",
  "tests/security/tokens/access-tokens.test.ts",
];

/**
 * Also in `npm run test:long`, one at a time after the others: they hold a real time, such as that of a
 * revocation to each replica, or what a process allocates. Files that run beside them would be measured too.
 */
const longSequential = [
  "packages/cli/integration/status.test.ts",
  "packages/client/test/proxy/long/*.test.ts",
  "packages/postgres/integration/revocations/{migration,pgbouncer}.test.ts",
  "tests/e2e/memberships/*.test.ts",
  "tests/e2e/{pgbouncer,replicas,status}.test.ts",
  "tests/security/faults/**/*.test.ts",
];

/** Tests that need Python: `npm run test:fastapi`, which also says why they are skipped without it. */
const fastapi = [
  "tests/e2e/fastapi/*.test.ts",
  "tests/migrations/fastapi/*.test.ts",
  "tests/security/http/fastapi/*.test.ts",
];

/** Tests that need Python or Go: `npm run test:gate`, which also says why they are skipped without them. */
const gate = ["tests/e2e/gate/*.test.ts"];

/** Starts the files that take longest, which by size would come last, so that the others run beside them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /\/tests\/(?:security\/seams|e2e)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // The default one is last, so that its summary is the last output.
    reporters: [securitySummary(), skipReasons, "default"],
    globalSetup: "tests/e2e/support/test-run.ts",
    // The suites have guards refuse thousands of requests, and each logs its first one.
    onConsoleLog: (text) => !text.split("\n").every((line) => line === "" || isRefusal.test(line)),
    // On any machine, because files often wait for processes, databases and the browser.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      project(
        "unit",
        [
          "packages/*/test/**/*.test.ts",
          "bench/test/**/*.test.ts",
          "conformance/test/**/*.test.ts",
          "scripts/**/*.test.ts",
          "tests/compat/better-auth/compare.test.ts",
        ],
        30_000,
        integration,
      ),
      project(
        "integration",
        [
          "apps/*/test/**/*.test.ts",
          "packages/*/integration/**/*.test.ts",
          "tests/runtimes/test/install.test.ts",
          ...integration,
        ],
        60_000,
        [...long, ...longSequential],
      ),
      // The same tests with another version of Nest.
      project(
        "nestjs-11",
        ["packages/verify/test/{adapters,contract}/nestjs.test.ts", "tests/compat/nestjs-11/*.test.ts"],
        60_000,
        [],
        nest11,
      ),
      // The same tests with another version of OpenTelemetry.
      project(
        "opentelemetry-2",
        [
          "packages/opentelemetry/test/{failures,hostile,requests,several,state}.test.ts",
          "tests/compat/opentelemetry-2/*.test.ts",
        ],
        60_000,
        [],
        openTelemetry2,
      ),
      project("security", ["tests/security/**/*.test.ts"], 60_000, [...long, ...longSequential, ...fastapi]),
      project("e2e", ["tests/e2e/**/*.test.ts"], 120_000, [...long, ...longSequential, ...fastapi, ...gate]),
      // Not part of `npm test`: see scripts/test.ts.
      project("long", long, 120_000),
      project("long-sequential", longSequential, 120_000),
      project("fastapi", fastapi, 120_000),
      project("gate", gate, 300_000),
      project("examples", ["tests/examples/*.test.ts"], 120_000),
      project("docs", ["tests/docs/*.test.ts"], 120_000),
      project("init", ["tests/init/*.test.ts"], 600_000),
      project("proxies", ["tests/proxies/*.test.ts"], 60_000),
      project("metrics", ["tests/metrics/*.test.ts"], 300_000),
      project("commands", ["tests/commands/*.test.ts"], 600_000),
      project("runtimes", ["tests/runtimes/test/*.test.ts"], 60_000, ["**/install.test.ts"]),
    ],
  },
});
