import { describe } from "vitest";
import { contract } from "../../../packages/verify/test/contract/contract.ts";
import type { Runtime } from "../runtimes.ts";
import { coreSuite } from "./core.ts";
import { runtimeTarget } from "./target.ts";

/** Everything that is to hold on a runtime. `exceptions`: what of the contract cannot, and why. */
export function runtimeSuite(runtime: Runtime, exceptions: Readonly<Record<string, string>> = {}): void {
  const binary = runtime.findBinary();
  const absent = typeof binary === "string" ? undefined : binary.missing;
  describe.skipIf(absent !== undefined)(absent ?? runtime.name, () => {
    coreSuite(runtime);
    contract(runtimeTarget(runtime, exceptions));
  });
}
