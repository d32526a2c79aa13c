import type { SigningAlgorithm } from "@usher-auth/testing";
import type { Effort } from "./rounds.ts";
import type { Suite } from "./suite.ts";
import { bundle } from "./suites/bundle.ts";
import { events } from "./suites/events.ts";
import { gateSuites } from "./suites/gate/suites.ts";
import { type Framework, http } from "./suites/http.ts";
import { memory } from "./suites/memory.ts";
import { loading, lookUp, revocationMemory } from "./suites/revocation.ts";
import { rows } from "./suites/rows/rows.ts";
import { cached, refused, uncached } from "./suites/verification.ts";

const effort = (isQuick: boolean): Effort => (isQuick ? { rounds: 7, time: 30 } : { rounds: 31, time: 75 });
const algorithms: readonly SigningAlgorithm[] = ["HS256", "EdDSA", "ES256", "RS256"];
/** An RSA signature alone has 342 characters, so tokens with the same claims are longer. */
const lengthsOf = (algorithm: SigningAlgorithm) =>
  algorithm === "RS256"
    ? [600, 830, 2348]
    : algorithm === "HS256"
      ? [300, 530, 2048, 7900]
      : [300, 530, 2048];
const isUsual = (length: number) => length === 530 || length === 830;

/** Every suite, in the order in which they run. */
export const suites: readonly Suite[] = [
  ...algorithms.flatMap((algorithm) =>
    lengthsOf(algorithm).map((length) => ({
      name: `${algorithm.toLowerCase()}-${length}`,
      title: `${algorithm}, distinct tokens of ${length} characters`,
      unit: "nanoseconds" as const,
      isQuick: isUsual(length),
      run: (isQuick: boolean) => uncached(algorithm, length, effort(isQuick)),
    })),
  ),
  ...algorithms.map((algorithm) => ({
    name: `cached-${algorithm.toLowerCase()}`,
    title: `${algorithm}, a thousand cached tokens`,
    unit: "nanoseconds" as const,
    isQuick: true,
    run: (isQuick: boolean) => cached(algorithm, effort(isQuick)),
  })),
  {
    name: "refused",
    title: "HS256, rejected tokens, and an accepted one for comparison",
    unit: "nanoseconds",
    isQuick: true,
    run: (isQuick) => refused(effort(isQuick)),
  },
  {
    name: "events",
    title: "A request through the guard, without and with subscribers of its events",
    unit: "nanoseconds",
    isQuick: true,
    run: (isQuick) => events(effort(isQuick)),
  },
  {
    name: "memory",
    title: "Heap",
    unit: "megabytes",
    isQuick: true,
    run: (isQuick) => memory(isQuick ? 100_000 : 1_000_000),
  },
  {
    name: "revocations",
    title: "A thousand cached tokens, without and with a million live revocations",
    unit: "nanoseconds",
    isQuick: true,
    run: (isQuick) => lookUp(isQuick ? 100_000 : 1_000_000, effort(isQuick)),
  },
  {
    name: "revocations-memory",
    title: "Heap of a million live revocations",
    unit: "megabytes",
    isQuick: false,
    run: (isQuick) => revocationMemory(isQuick ? 100_000 : 1_000_000),
  },
  {
    name: "revocations-load",
    title: "Loading a million live revocations",
    unit: "seconds",
    isQuick: false,
    run: (isQuick) => loading(isQuick ? 100_000 : 1_000_000),
  },
  {
    name: "package",
    title: "Import of @usher-auth/verify",
    unit: "package",
    isQuick: true,
    run: (isQuick) => bundle(isQuick ? 3 : 15),
  },
  {
    name: "rows",
    title: "Ten rows of Postgres per request, isolated by row-level security",
    unit: "requests",
    baseline: "bare, postgres.js",
    isQuick: false,
    run: (isQuick) => rows(isQuick ? { rounds: 3, seconds: 1 } : { rounds: 9, seconds: 2 }),
  },
  ...gateSuites,
  ...(["fastify", "express"] as const).flatMap((framework) =>
    [1, 1000, 50_000].map((tokens) => ({
      name: `${framework}-${tokens}`,
      title: `${nameOf(framework)}, ${tokens === 1 ? "one token" : `${tokens} tokens`}`,
      unit: "requests" as const,
      isQuick: tokens === 1000,
      run: (isQuick: boolean) => http(framework, tokens, isQuick ? 1 : 7, isQuick ? 1 : 2),
    })),
  ),
];

function nameOf(framework: Framework): string {
  return `${framework.charAt(0).toUpperCase()}${framework.slice(1)}`;
}
