import base from "./vitest.config.ts";

/** The contract of the adapters, over real sockets. */
export default {
  ...base,
  test: { ...base.test, include: ["packages/verify/test/contract/*.test.ts"], exclude: [] },
};
