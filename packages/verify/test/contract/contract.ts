import { describe } from "vitest";
import { createContractBench } from "./bench.ts";
import { callersContract } from "./callers.ts";
import { copiesContract } from "./copies.ts";
import { credentialsContract } from "./credentials.ts";
import { eventsContract } from "./events.ts";
import { hostsContract } from "./hosts.ts";
import { isolationContract } from "./isolation.ts";
import { logsContract } from "./logs.ts";
import { methodsContract } from "./methods.ts";
import { outageContract } from "./outage.ts";
import { pathsContract } from "./paths.ts";
import { policiesContract } from "./policies.ts";
import { publishedContract } from "./published.ts";
import { shapesContract } from "./shapes.ts";
import type { ContractTarget } from "./target.ts";
import { tokensContract } from "./tokens.ts";

/**
 * Tests every behaviour that all adapters share, over real HTTP. Each test file calls this with its target.
 */
export function contract(target: ContractTarget): void {
  describe(`contract: ${target.name}`, () => {
    const bench = createContractBench(target);
    describe("credentials", () => credentialsContract(bench));
    describe("tokens", () => tokensContract(bench));
    describe("isolation", () => isolationContract(bench));
    describe("paths", () => pathsContract(bench));
    describe("policies", () => policiesContract(bench));
    describe("methods", () => methodsContract(bench));
    describe("events and errors", () => eventsContract(bench));
    describe("logs", () => logsContract(bench, target.tells));
    describe("published events", () => publishedContract(bench, target.tells));
    describe("remote keys", () => outageContract(bench));
    describe("hosts", () => hostsContract(bench));
    describe("two copies of the package", () => copiesContract(bench));
    describe("variants of an app", () => shapesContract(bench, target.shapes));
    describe("callers", () => callersContract(bench, target.callers));
  });
}
