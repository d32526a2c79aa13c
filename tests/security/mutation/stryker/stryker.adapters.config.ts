import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import base from "./stryker.config.ts";

/** Mutants of the adapters, run against their contract too. */
export default {
  ...base,
  mutate: ["packages/verify/src/adapters/**/*.ts"],
  vitest: { ...base.vitest, configFile: "tests/security/mutation/vitest/vitest.adapters.config.ts" },
} satisfies PartialStrykerOptions;
