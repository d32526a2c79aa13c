import base from "./vitest.config.ts";

/** The tests of the rules, and no others: which of them notices a mutant is what is asked. */
export default { ...base, test: { ...base.test, include: ["tests/security/rules/*.test.ts"] } };
