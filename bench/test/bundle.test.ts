import { expect, test } from "vitest";
import { compressedSize, core } from "../src/suites/bundle.ts";

// Bounds on user code, key sources, issuers and clocks are a quarter of it.
test("the core, minified and compressed, stays within 11.5 KB", async () => {
  expect(await compressedSize(core, ["@usher-auth/source"])).toBeLessThanOrEqual(11.5);
});
