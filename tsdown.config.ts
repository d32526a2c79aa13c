import { defineConfig } from "tsdown";

/**
 * Every published package, built alike: ES modules with declarations beside them, one file for each public
 * subpath.
 */
const packages: Record<string, string[]> = {
  verify: ["src/index.ts", "src/adapters/*.ts"],
  issuer: ["src/index.ts"],
  client: ["src/index.ts"],
  postgres: ["src/index.ts", "src/connection/index.ts", "src/revocations/index.ts"],
  testing: ["src/index.ts"],
  cli: ["src/main.ts"],
};

export default defineConfig(
  Object.entries(packages).map(([name, entry]) => ({
    name,
    cwd: `packages/${name}`,
    entry,
    root: "src",
    platform: name === "client" ? ("neutral" as const) : ("node" as const),
    target: name === "client" ? "es2022" : "node22",
    dts: { oxc: {} },
    fixedExtension: false,
    sourcemap: true,
    clean: true,
    // What a package needs from others stays an import: each of them is a dependency of its own.
    skipNodeModulesBundle: true,
  })),
);
