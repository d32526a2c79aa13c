import { describe } from "vitest";
import { contract } from "../../../packages/verify/test/contract/contract.ts";
import type { Runtime } from "../runtimes.ts";
import { clientSuite } from "./client.ts";
import { coreSuite } from "./core.ts";
import { eventsSuite } from "./events.ts";
import { runtimeTarget } from "./target.ts";

/**
 * All tests of a runtime.
 *
 * @param exceptions Tests of the contract that cannot pass on it, and why.
 */
export function runtimeSuite(runtime: Runtime, exceptions: Readonly<Record<string, string>> = {}): void {
  const binary = runtime.findBinary();
  const absent = typeof binary === "string" ? undefined : binary.missing;
  describe.skipIf(absent !== undefined)(absent ?? runtime.name, () => {
    coreSuite(runtime);
    eventsSuite(runtime);
    clientSuite(runtime);
    contract(runtimeTarget(runtime, exceptions));
  });
}
