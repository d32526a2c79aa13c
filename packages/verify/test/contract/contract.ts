import { describe } from "vitest";
import { createContractBench } from "./bench.ts";
import { copiesContract } from "./copies.ts";
import { credentialsContract } from "./credentials.ts";
import { eventsContract } from "./events.ts";
import { hostsContract } from "./hosts.ts";
import { isolationContract } from "./isolation.ts";
import { methodsContract } from "./methods.ts";
import { outageContract } from "./outage.ts";
import { pathsContract } from "./paths.ts";
import { policiesContract } from "./policies.ts";
import { shapesContract } from "./shapes.ts";
import type { ContractTarget } from "./target.ts";
import { tokensContract } from "./tokens.ts";

/** Every behaviour that every adapter has, over real HTTP. A file of tests calls this with its one target. */
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
    describe("keys that are elsewhere", () => outageContract(bench));
    describe("hosts", () => hostsContract(bench));
    describe("two copies of the package", () => copiesContract(bench));
    describe("ways to write an app", () => shapesContract(bench, target.shapes));
  });
}
