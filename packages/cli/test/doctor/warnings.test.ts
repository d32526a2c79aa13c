import { expect, test } from "vitest";
import { withUsherWarnings } from "../../src/doctor/settings/warnings.ts";

const warn = (code: string) => process.emitWarning("text", { type: "UsherWarning", code });

test("runs that overlap get their own warnings, and the listeners are back after the last", async () => {
  const before = process.listeners("warning");
  const started = Promise.withResolvers<void>();
  const first = withUsherWarnings(async () => {
    await started.promise;
    warn("FIRST");
  });
  const second = withUsherWarnings(() => {
    warn("SECOND");
    started.resolve();
  });
  expect([...(await second).codes]).toEqual(["SECOND"]);
  expect([...(await first).codes]).toEqual(["FIRST"]);
  expect(process.listeners("warning")).toEqual(before);
});
