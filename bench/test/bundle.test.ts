import { expect, test } from "vitest";
import { compressedSize, core } from "../src/suites/bundle.ts";

test("the core, minified and compressed, stays within 9 KB", async () => {
  expect(await compressedSize(core, ["@usher-auth/source"])).toBeLessThanOrEqual(9);
});
