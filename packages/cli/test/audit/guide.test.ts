import { expect, test } from "vitest";
import { auditOfBroken, shown, withoutTime } from "./support/guide.ts";

test("the guide shows what is really printed: of a broken API", async () => {
  // Not as it should be? write-guide.ts puts it right. The other place is compared in own-api.test.ts.
  expect([...shown().keys()]).toEqual(["broken", "sound"]);
  expect(withoutTime(shown().get("broken") ?? "")).toBe(withoutTime(await auditOfBroken()));
});
