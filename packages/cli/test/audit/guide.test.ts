import { expect, test } from "vitest";
import { auditOfBrokenApi, shown, withoutTime } from "./support/guide.ts";

test("the guide shows the real output for a broken API", async () => {
  // Run support/write-guide.ts to update it. own-api.test.ts compares the other output.
  expect([...shown().keys()]).toEqual(["broken", "sound"]);
  expect(withoutTime(shown().get("broken") ?? "")).toBe(withoutTime(await auditOfBrokenApi()));
});
