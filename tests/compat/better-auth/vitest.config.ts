/** Better Auth's own tests, in the folder that BETTER_AUTH_SOURCES names. run/own-tests.ts starts it. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { installedBetterAuth } from "./run/installed.ts";

const sources = process.env.BETTER_AUTH_SOURCES ?? "";
const conditions = ["@usher-auth/source"];

export default defineConfig({
  root: sources,
  // Not in the sources.
  cacheDir: join(tmpdir(), "usher-better-auth-tests"),
  plugins: [installedBetterAuth({ sources, usherJwt: process.env.USHER_JWT === "yes" })],
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  server: { fs: { strict: false } },
  test: {
    include: [
      "packages/better-auth/src/plugins/{jwt,bearer}/**/*.test.ts",
      "packages/{oauth-provider,mcp}/src/**/*.test.ts",
    ],
    // Some files listen on the same port.
    fileParallelism: false,
    // It would remember which file an import meant in the run without usherJwt().
    fsModuleCache: false,
    // As in their own configuration; the timeouts are for slow machines.
    clearMocks: true,
    restoreMocks: true,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
