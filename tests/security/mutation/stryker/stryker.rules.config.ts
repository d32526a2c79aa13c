import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import { mutatedLines } from "../report/rule-mutants.ts";
import base from "./stryker.config.ts";

/**
 * Mutants of the lines that keep a rule, against the tests that are named after the rules; every one that
 * fails is noted.
 */
export default {
  ...base,
  mutate: mutatedLines(),
  vitest: { ...base.vitest, configFile: "tests/security/mutation/vitest/vitest.rules.config.ts" },
  disableBail: true,
  incremental: false,
  reporters: ["progress", "json"],
  jsonReporter: { fileName: "reports/mutation-rules.json" },
} satisfies PartialStrykerOptions;
