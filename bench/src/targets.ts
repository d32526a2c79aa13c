import type { Result } from "./table.ts";

/** A number that a run should reach. */
interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Undefined where the run did not measure it. */
  readonly measure: (numbers: Numbers) => number | undefined;
}

/** A target, and whether this run meets it. */
export interface Verdict {
  readonly what: string;
  readonly wanted: string;
  readonly measured: number;
  readonly isMet: boolean;
}

/** The value of one contender in one suite; undefined where it was not measured. */
type Numbers = (suite: string, contender: string) => number | undefined;

/** The first number divided by the second. */
function times(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? undefined : first / second;
}

/** Compares times. */
function faster(what: string, suite: string, than: string, atLeast: number): Target {
  return { what, atLeast, measure: (numbers) => times(numbers(suite, than), numbers(suite, "usher")) };
}

/** Compares rates. */
function rate(what: string, suite: string, than: string, atLeast: number): Target {
  return { what, atLeast, measure: (numbers) => times(numbers(suite, "usher"), numbers(suite, than)) };
}

/** Compares rates of contenders of the suite on rows. */
function rowsRate(what: string, contender: string, than: string, atLeast: number): Target {
  return { what, atLeast, measure: (numbers) => times(numbers("rows", contender), numbers("rows", than)) };
}

function most(what: string, suite: string, value: string, atMost: number): Target {
  return { what, atMost, measure: (numbers) => numbers(suite, value) };
}

/** As a share of the time for an accepted token. */
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

const engine = "the gate's engine alone";
const publicGate = "the gate, public routes";

const targets: readonly Target[] = [
  faster("HS256 compared with fast-jwt", "hs256-530", "fast-jwt", 1.5),
  faster("HS256 compared with jose", "hs256-530", "jose", 8),
  faster("HS256 cached, compared with fast-jwt's cache", "cached-hs256", "fast-jwt", 5),
  ...keyPairs.map(([name, suite]) => faster(`${name} compared with fast-jwt`, suite, "fast-jwt", 1)),
  rate("Fastify, 1000 tokens, compared with bare", "fastify-1000", "bare", 0.85),
  rate("Express, 1000 tokens, compared with bare", "express-1000", "bare", 0.8),
  rowsRate("Rows by pg, compared with the bare query", "usher, pg", "bare, pg", 0.45),
  rowsRate("Rows by pg, hardened, compared with the bare query", "usher, pg, hardened", "bare, pg", 0.45),
  rowsRate(
    "Rows by pg, compared with Drizzle's recipe",
    "usher, pg",
    "@fastify/jwt, Drizzle's RLS recipe",
    1.5,
  ),
  rowsRate("Rows by apps/api, compared with the bare query", "usher, apps/api", "bare, postgres.js", 0.33),
  rate("Gate, a small GET, compared with the same gate without its guard", "gate-get", publicGate, 0.85),
  rate("Gate, 10 KB, compared with the same gate without its guard", "gate-get-10kb", publicGate, 0.85),
  rate("Gate, a POST of 1 KB, compared with the same gate without its guard", "gate-post", publicGate, 0.85),
  rate("Gate, a small GET, compared with its engine alone", "gate-get", engine, 0.85),
  rate("Gate, a response of 10 KB, compared with its engine alone", "gate-get-10kb", engine, 0.85),
  rate("Gate, a POST of 1 KB, compared with its engine alone", "gate-post", engine, 0.85),
  rate("Gate, asked by nginx, compared with 204 at once", "gate-nginx", "204 at once", 0.9),
  rate("Gate, asked directly, compared with 204 at once", "gate-answer", "204 at once", 0.9),
  most("A full cache, MB", "memory", "fullCache", 25),
  most("After a million invalid tokens, MB", "memory", "afterInvalid", 5),
  cheaper("Rejected for its signature, as a share of an accepted token's time", "signature", 1),
  cheaper("Rejected for its size", "size", 0.5),
  cheaper("Rejected for its form", "form", 0.5),
  cheaper("Rejected for its algorithm", "algorithm", 0.5),
  {
    what: "Time from 300 to 7900 characters (linear would be 26.3)",
    atMost: 7900 / 300,
    measure: (numbers) => times(numbers("hs256-7900", "usher"), numbers("hs256-300", "usher")),
  },
  {
    what: "Cached, with a million live revocations, compared with none",
    atMost: 2,
    measure: (numbers) => times(numbers("revocations", "with"), numbers("revocations", "without")),
  },
  most("A million live revocations, MB", "revocations-memory", "revocations", 250),
  most("Loading a million revocations, s", "revocations-load", "revocations", 10),
  most("Verifier, guard and shared secret, KB compressed", "package", "core", 16),
  most("Import time, ms", "package", "importTime", 15),
];

/** Whether the results meet each target that they measured. */
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
