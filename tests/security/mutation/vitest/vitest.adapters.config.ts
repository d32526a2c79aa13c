import base from "./vitest.config.ts";

/** All tests of the other run, and the contract of the adapters over real sockets. */
export default {
  ...base,
  test: { ...base.test, exclude: base.test?.exclude?.filter((path) => !path.includes("/contract/")) },
};
