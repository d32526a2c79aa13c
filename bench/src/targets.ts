import type { Result } from "./table.ts";

/** Something that Usher wants to reach, as a number out of one run. */
interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Undefined where the run has not measured it. */
  readonly measure: (numbers: Numbers) => number | undefined;
}

/** A target, and how this run stands to it. */
export interface Verdict {
  readonly what: string;
  readonly wanted: string;
  readonly measured: number;
  readonly isMet: boolean;
}

/** The value of one contender in one suite; undefined where it was not measured. */
type Numbers = (suite: string, contender: string) => number | undefined;

/** How many times the second number the first is. */
function times(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? undefined : first / second;
}

/** By the time that each takes. */
function faster(what: string, suite: string, than: string, atLeast: number): Target {
  return { what, atLeast, measure: (numbers) => times(numbers(suite, than), numbers(suite, "usher")) };
}

/** By the rate that each serves. */
function rate(what: string, suite: string, than: string, atLeast: number): Target {
  return { what, atLeast, measure: (numbers) => times(numbers(suite, "usher"), numbers(suite, than)) };
}

function most(what: string, suite: string, value: string, atMost: number): Target {
  return { what, atMost, measure: (numbers) => numbers(suite, value) };
}

/** A part of what an accepted token costs. */
function cheaper(what: string, value: string, atMost: number): Target {
  return {
    what,
    atMost,
    measure: (numbers) => times(numbers("refused", value), numbers("refused", "accepted")),
  };
}

const keyPairs = [
  ["EdDSA", "eddsa-530"],
  ["ES256", "es256-530"],
  ["RS256", "rs256-830"],
] as const;

const targets: readonly Target[] = [
  faster("HS256 beside fast-jwt", "hs256-530", "fast-jwt", 2.2),
  faster("HS256 beside jose", "hs256-530", "jose", 30),
  faster("HS256 beside the floor", "hs256-530", "floor", 1 / 1.5),
  faster("HS256 remembered, beside fast-jwt's cache", "cached-hs256", "fast-jwt", 5),
  {
    what: "HS256 remembered, beside jose",
    atLeast: 100,
    measure: (numbers) => times(numbers("hs256-530", "jose"), numbers("cached-hs256", "usher")),
  },
  ...keyPairs.flatMap(([name, suite]) => [
    faster(`${name} beside bare crypto.verify`, suite, "floor", 0.93),
    faster(`${name} beside fast-jwt`, suite, "fast-jwt", 1),
    {
      what: `${name} remembered, beside HS256 remembered`,
      atLeast: 0.85,
      measure: (numbers: Numbers) =>
        times(numbers("cached-hs256", "usher"), numbers(`cached-${name.toLowerCase()}`, "usher")),
    },
  ]),
  rate("Fastify, 1000 tokens, beside bare", "fastify-1000", "bare", 0.9),
  rate("Fastify, all tokens distinct, beside bare", "fastify-50000", "bare", 0.75),
  rate("Fastify, 1000 tokens, beside @fastify/jwt", "fastify-1000", "@fastify/jwt", 2.5),
  rate("Express, 1000 tokens, beside bare", "express-1000", "bare", 0.85),
  rate(
    "Express, 1000 tokens, beside express-oauth2-jwt-bearer",
    "express-1000",
    "express-oauth2-jwt-bearer",
    2.5,
  ),
  most("A full cache, MB", "memory", "fullCache", 25),
  most("After a million invalid tokens, MB", "memory", "afterInvalid", 5),
  cheaper("Refused for its signature, of an accepted one's time", "signature", 1),
  cheaper("Refused for its size", "size", 0.5),
  cheaper("Refused for its form", "form", 0.5),
  cheaper("Refused for its algorithm", "algorithm", 0.5),
  {
    what: "Time from 300 to 7900 characters (linear would be 26.3)",
    atMost: 7900 / 300,
    measure: (numbers) => times(numbers("hs256-7900", "usher"), numbers("hs256-300", "usher")),
  },
  {
    what: "Remembered, with a million live revocations, of the time without",
    atMost: 1.05,
    measure: (numbers) => times(numbers("revocations", "with"), numbers("revocations", "without")),
  },
  most("A million live revocations, MB", "revocations-memory", "revocations", 250),
  most("A million revocations loaded, s", "revocations-load", "revocations", 10),
  most("Verifier, guard and shared secret, KB compressed", "package", "core", 9),
  most("Import time, ms", "package", "importTime", 15),
];

/** How the results stand to every target that they say something about. */
export function verdictsOn(results: readonly Result[]): Verdict[] {
  const numbers: Numbers = (suite, contender) =>
    results.find(({ name }) => name === suite)?.values[contender];
  return targets.flatMap(({ what, atLeast, atMost, measure }) => {
    const measured = measure(numbers);
    if (measured === undefined) return [];
    const isMet =
      measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY);
    const wanted = atLeast === undefined ? `at most ${inShort(atMost ?? 0)}` : `at least ${inShort(atLeast)}`;
    return [{ what, wanted, measured, isMet }];
  });
}

export function inShort(number: number): string {
  return String(Number(number.toFixed(2)));
}
