import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { takeNothingFromTheShell } from "./test-environment.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Variables that a user may have set, with values that would break tests. */
const hostile = {
  BETTER_AUTH_SECRET: "the secret of another project",
  BETTER_AUTH_SECRETS: "not a list",
  BETTER_AUTH_URL: "https://another.example/path",
  API_URL: "not an address",
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  AUTH_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  USHER_KEYS: "jwks",
  USHER_JWKS_URL: "http://127.0.0.1:1/jwks",
  USHER_WHEN_STALE: "never",
  USHER_TOKEN_A: "a token",
  USHER_DEV: "1",
  WEB_PORT: "x",
  API_PORT: "x",
  PORT: "1",
  HOST: "203.0.113.1",
  DATA_DIR: "/dev/null/none",
  PAGE_DIR: "/dev/null/none",
  TRUSTED_PROXIES: "0.0.0.0/0",
  LOG_LEVEL: "shout",
  NODE_ENV: "production",
  NODE_OPTIONS: "--conditions=production",
  NODE_USE_ENV_PROXY: "1",
  HTTP_PROXY: "http://127.0.0.1:1",
  HTTPS_PROXY: "http://127.0.0.1:1",
  http_proxy: "http://127.0.0.1:1",
  NO_COLOR: "1",
  FORCE_COLOR: "3",
  TZ: "Pacific/Kiritimati",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "tr_TR.UTF-8",
};

test("keeps only variables of the machine, npm's settings and the suites' switches", () => {
  const machine = {
    Path: "C:\\Windows",
    HOME: "/home/ada",
    npm_config_registry: "https://registry.example",
    NODE_EXTRA_CA_CERTS: "/etc/ca.pem",
    USHER_SEED: "7",
    CI: "true",
  };
  const environment = { ...machine, ...hostile };
  takeNothingFromTheShell(environment);
  const { NODE_ENV, NODE_OPTIONS, ...rest } = environment;
  expect(NODE_ENV).toBe("test");
  expect(NODE_OPTIONS ?? "").not.toContain("production");
  expect(rest).toEqual(machine);
});

test("tests pass in a shell with all of these variables, and do not see them", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(root, "packages/issuer/test/shell-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // A test of a package, so that it uses the repository's configuration.
  writeFileSync(
    join(folder, "seen.test.ts"),
    `import { spawnSync } from "node:child_process";
    import { expect, test } from "vitest";
    const names = ${JSON.stringify(Object.keys(hostile))};
    const seen = (environment) => names.filter((name) => environment[name] !== undefined);
    test("nothing is seen", () => {
      const child = spawnSync(process.execPath, ["-p", "JSON.stringify(process.env)"], { encoding: "utf8" }).stdout;
      for (const environment of [process.env, JSON.parse(child)]) {
        expect(seen(environment).filter((name) => !["NODE_ENV", "NODE_OPTIONS"].includes(name))).toEqual([]);
        expect(environment.NODE_ENV).toBe("test");
        expect(environment.NODE_OPTIONS ?? "").not.toContain("production");
      }
    });`,
  );
  const files = [
    join(folder, "seen.test.ts"),
    "packages/issuer/test/signing/signing-key.test.ts",
    "packages/verify/test/env.test.ts",
  ];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const output = join(folder, "report.json");
  const { status } = spawnSync(
    process.execPath,
    [vitest, "run", "--reporter=json", `--outputFile=${output}`, ...files],
    { cwd: root, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...hostile } },
  );
  const report = JSON.parse(readFileSync(output, "utf8"));
  expect(report.testResults.filter((file: { status: string }) => file.status !== "passed")).toEqual([]);
  expect(report.testResults).toHaveLength(3);
  expect(status).toBe(0);
});
