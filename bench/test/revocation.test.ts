import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { revocationMemory } from "../src/suites/revocation.ts";

it("stores a live revocation in less than 250 bytes", async () => {
  setFlagsFromString("--expose-gc");
  globalThis.gc = runInNewContext("gc");
  const { revocations } = await revocationMemory(200_000);
  expect(revocations).toBeGreaterThan(5);
  expect(revocations).toBeLessThan(50);
});
