import { expect, test } from "vitest";
import { compressedSize, core } from "../src/suites/bundle.ts";

// The form, the claims, the schema, the hints for the operator and the responses of the guard are most of it.
// Owner rules, metadata and challenges of a protected resource, and access tokens take about 3 KB, the log of
// refusals and the events 1.5 KB.
test("the core, minified and compressed, stays within 16 KB", async () => {
  expect(await compressedSize(core, ["@usher-auth/source"])).toBeLessThanOrEqual(16);
});
