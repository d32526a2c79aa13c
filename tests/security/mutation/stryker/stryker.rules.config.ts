import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import { mutatedLines } from "../report/rule-mutants.ts";
import base from "./stryker.config.ts";

/** Mutants of the lines that implement a rule, run against the tests of the rules. Records every failure. */
export default {
  ...base,
  mutate: mutatedLines(),
  vitest: { ...base.vitest, configFile: "tests/security/mutation/vitest/vitest.rules.config.ts" },
  disableBail: true,
  incremental: false,
  reporters: ["progress", "json"],
  jsonReporter: { fileName: "reports/mutation-rules.json" },
} satisfies PartialStrykerOptions;
