import { expect, test } from "vitest";
import { compressedSize, core } from "../src/suites/bundle.ts";

// What holds user code, foreign key sources, issuers and clocks at bay is a quarter of it.
test("the core, minified and compressed, stays within 12.5 KB", async () => {
  expect(await compressedSize(core, ["@usher-auth/source"])).toBeLessThanOrEqual(12.5);
});
