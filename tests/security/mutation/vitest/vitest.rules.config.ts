import base from "./vitest.config.ts";

/** Only the tests of the rules, to see which of them detect a mutant. */
export default { ...base, test: { ...base.test, include: ["tests/security/rules/*.test.ts"] } };
