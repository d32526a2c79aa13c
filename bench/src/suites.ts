import type { SigningAlgorithm } from "@usher-auth/testing";
import type { Effort } from "./rounds.ts";
import { http } from "./suites/http.ts";
import { memory } from "./suites/memory.ts";
import { loading, lookUp, revocationMemory } from "./suites/revocation.ts";
import { cached, refused, uncached } from "./suites/verification.ts";

/** How a suite's numbers are to be read. */
export type Unit = "nanoseconds" | "requests" | "megabytes" | "seconds";

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly run: (isQuick: boolean) => unknown;
}

const effort = (isQuick: boolean): Effort => (isQuick ? { rounds: 3, time: 60 } : { rounds: 9, time: 250 });
const algorithms: readonly SigningAlgorithm[] = ["HS256", "EdDSA", "ES256", "RS256"];
const lengths = [300, 530, 2048, 7900];

/** Everything that can be measured, in the order in which it is. */
export const suites: readonly Suite[] = [
  ...lengths.map((length) => ({
    name: `hs256-${length}`,
    title: `HS256, distinct tokens of ${length} characters`,
    unit: "nanoseconds" as const,
    run: (isQuick: boolean) => uncached("HS256", length, effort(isQuick)),
  })),
  ...algorithms.slice(1).map((algorithm) => ({
    name: `${algorithm.toLowerCase()}-530`,
    title: `${algorithm}, distinct tokens of 530 characters`,
    unit: "nanoseconds" as const,
    run: (isQuick: boolean) => uncached(algorithm, algorithm === "RS256" ? 830 : 530, effort(isQuick)),
  })),
  ...algorithms.map((algorithm) => ({
    name: `cached-${algorithm.toLowerCase()}`,
    title: `${algorithm}, a thousand tokens that are remembered`,
    unit: "nanoseconds" as const,
    run: (isQuick: boolean) => cached(algorithm, effort(isQuick)),
  })),
  {
    name: "refused",
    title: "HS256, tokens that are refused, beside one that is accepted",
    unit: "nanoseconds",
    run: (isQuick) => refused(effort(isQuick)),
  },
  { name: "memory", title: "Heap", unit: "megabytes", run: (isQuick) => memory(isQuick ? 100_000 : 1_000_000) },
  {
    name: "revocations",
    title: "A thousand tokens that are remembered, without and with a million live revocations",
    unit: "nanoseconds",
    run: (isQuick) => lookUp(isQuick ? 100_000 : 1_000_000, effort(isQuick)),
  },
  {
    name: "revocations-memory",
    title: "Heap of a million live revocations",
    unit: "megabytes",
    run: (isQuick) => revocationMemory(isQuick ? 100_000 : 1_000_000),
  },
  {
    name: "revocations-load",
    title: "Loading a million live revocations",
    unit: "seconds",
    run: (isQuick) => loading(isQuick ? 100_000 : 1_000_000),
  },
  ...[1, 1000, 50_000].map((tokens) => ({
    name: `http-${tokens}`,
    title: `Fastify, ${tokens === 1 ? "one token" : `${tokens} tokens`}`,
    unit: "requests" as const,
    run: (isQuick: boolean) => http(tokens, isQuick ? 1 : 7, isQuick ? 1 : 2),
  })),
];
