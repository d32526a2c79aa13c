import { expect, test } from "vitest";
import { runScript } from "./support/example-process.ts";

test("the audit of the example for organizations finds nothing", async () => {
  const audit = runScript("organizations", "audit");
  const exitCode = await new Promise((resolve) => audit.child.once("close", resolve));
  expect(exitCode, audit.output()).toBe(0);
});
