import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import { isUnnoticed } from "./document.ts";
import { mutantsOf, readReport } from "./mutants.ts";
import base from "./stryker.config.ts";

const report = readReport(new URL("../../reports/mutation.json", import.meta.url));
const left = mutantsOf(report).filter((mutant) => mutant.file.startsWith("adapters/") && isUnnoticed(mutant));
const lines = left.map(({ file, line, endLine }) => `packages/verify/src/${file}:${line}-${endLine}`);

/** The contract takes minutes. So it gets the lines of the adapters where a mutant has passed all other tests. */
export default {
  ...base,
  mutate: [...new Set(lines)],
  vitest: { ...base.vitest, configFile: "security/mutation/vitest.contract.config.ts" },
  incremental: false,
  reporters: ["progress", "json"],
  jsonReporter: { fileName: "reports/mutation-contract.json" },
} satisfies PartialStrykerOptions;
